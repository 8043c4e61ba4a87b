internal import NIOCore

/// The webhook's memory of what it accepted: a set that forgets its oldest keys beyond a bound.
struct AcceptedKeys {
    private let limit: Int
    private var keys: Set<String> = []
    private var byAge = CircularBuffer<String>()

    init(limit: Int) { self.limit = limit }

    func contains(_ key: String) -> Bool { keys.contains(key) }

    mutating func insert(_ key: String) {
        guard keys.insert(key).inserted else { return }
        byAge.append(key)
        if byAge.count > limit { keys.remove(byAge.removeFirst()) }
    }
}
