internal import HeapModule

/// The instants at which something of a device or a host changes by itself.
///
/// An entry that was superseded stays until its instant and then costs one look, which is cheaper than finding it:
/// whoever is woken decides anew what it waits for. Only the earliest wish of each target is kept, so entries stay few.
struct WakeQueue: Sendable {
    enum Target: Hashable, Sendable {
        case device(Int)
        case host(Int)
    }

    private struct Entry: Comparable, Sendable {
        var instant: MonotonicTime
        /// Breaks ties, so that the order does not depend on the heap's history.
        var ordinal: Int64
        var target: Target

        static func < (left: Entry, right: Entry) -> Bool {
            (left.instant, left.ordinal) < (right.instant, right.ordinal)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.ordinal == right.ordinal }
    }

    private var heap = Heap<Entry>()
    private var earliest: [Target: MonotonicTime] = [:]
    private var ordinal: Int64 = 0

    var first: MonotonicTime? { heap.min?.instant }

    /// Wakes `target` at `instant`, unless it is woken earlier anyway.
    mutating func schedule(_ target: Target, at instant: MonotonicTime) {
        if let known = earliest[target], known <= instant { return }
        earliest[target] = instant
        ordinal += 1
        heap.insert(Entry(instant: instant, ordinal: ordinal, target: target))
    }

    /// The next target whose instant has come.
    mutating func popDue(at now: MonotonicTime) -> Target? {
        while let entry = heap.min, entry.instant <= now {
            heap.removeMin()
            guard earliest[entry.target] == entry.instant else { continue }
            earliest[entry.target] = nil
            return entry.target
        }
        return nil
    }
}
