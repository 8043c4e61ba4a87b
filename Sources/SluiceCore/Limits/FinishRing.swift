/// The finish times of one cap key, oldest first, in one circular buffer that several windows share.
///
/// Entries are named by their ordinal since the ring was made, so that a window's index stays valid while older entries
/// are dropped. Capacity doubles as needed but stops at the bound it is told, because doubling past a cap of 1,100
/// would cost 16 KB where 9 KB hold everything; only a history made under a higher cap goes beyond.
struct FinishRing: Sendable {
    private var storage: [Int64] = []
    /// The ordinal of the oldest entry kept.
    private(set) var first = 0
    /// The ordinal the next entry will get.
    private(set) var end = 0

    init() {}

    /// Of `times`, oldest first, with the room that appending each would have made.
    init(_ times: [Int64], bound: Int) {
        guard !times.isEmpty else { return }
        var size = 8
        while size < times.count { size *= 2 }
        storage = times + repeatElement(0, count: max(0, min(size, bound) - times.count))
        end = times.count
    }

    var count: Int { end - first }

    /// Bytes the buffer takes.
    var byteCount: Int { storage.count * MemoryLayout<Int64>.stride }

    /// The newest entry, or nil.
    var last: Int64? { count == 0 ? nil : self[end - 1] }

    subscript(ordinal: Int) -> Int64 {
        precondition(ordinal >= first && ordinal < end)
        return storage[ordinal % storage.count]
    }

    /// Appends `time`, which is not before the last entry. `bound`: how many entries the caps in force can make
    /// necessary.
    mutating func append(_ time: Int64, bound: Int) {
        if count == storage.count { grow(bound: bound) }
        storage[end % storage.count] = time
        end += 1
    }

    /// Drops the entries before `ordinal`.
    mutating func drop(before ordinal: Int) {
        precondition(ordinal >= first && ordinal <= end)
        first = ordinal
    }

    private mutating func grow(bound: Int) {
        let doubled = max(8, storage.count * 2)
        let beyondBound = count + max(8, count / 8)
        let size = count < bound ? min(doubled, bound) : beyondBound
        let kept = (first..<end).map { self[$0] }
        storage = [Int64](repeating: 0, count: size)
        for (offset, time) in kept.enumerated() { storage[(first + offset) % size] = time }
    }
}
