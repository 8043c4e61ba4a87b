internal import DequeModule

/// The lanes of one device that are due and runnable, by priority class; within a class in the order of their turns.
struct DeviceQueue {
    private var classes: [Deque<LaneID>] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ lane: LaneID, _ priorityClass: PriorityClass) {
        // Most devices have lanes of one or two classes; those above need no queue.
        while classes.count <= Int(priorityClass.rawValue) { classes.append([]) }
        classes[Int(priorityClass.rawValue)].append(lane)
        count += 1
    }

    mutating func remove(_ lane: LaneID, _ priorityClass: PriorityClass) {
        let index = Int(priorityClass.rawValue)
        guard index < classes.count, let position = classes[index].firstIndex(of: lane) else { return }
        classes[index].remove(at: position)
        count -= 1
    }

    /// The next lanes of the lowest class that has any: lower classes go first, so a class is touched only when those
    /// before it have nothing due. Shares that classes keep for themselves (a floor, a reserve) are decided here and
    /// nowhere else.
    mutating func takeTurn(atMost limit: Int) -> [LaneID] {
        guard let index = classes.firstIndex(where: { !$0.isEmpty }) else { return [] }
        let lanes = Array(classes[index].prefix(limit))
        classes[index].removeFirst(lanes.count)
        count -= lanes.count
        return lanes
    }
}
