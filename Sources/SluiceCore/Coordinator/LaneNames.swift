internal import DequeModule

/// Lanes that a wake-up named and nobody knows yet, in the order they were named, each once.
struct LaneNames {
    private var names = Deque<LaneID>()
    private var members: Set<LaneID> = []
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// False when there is no room.
    mutating func insert(_ lane: LaneID) -> Bool {
        guard !members.contains(lane) else { return true }
        guard names.count < limit else { return false }
        names.append(lane)
        members.insert(lane)
        return true
    }

    mutating func takeAll() -> [LaneID] {
        defer {
            names.removeAll()
            members.removeAll()
        }
        return Array(names)
    }
}
