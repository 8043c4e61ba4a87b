internal import HeapModule

/// Claims whose contacts somebody holds locked, by when they are tried again.
struct BusyClaims: Sendable {
    private struct Entry: Comparable, Sendable {
        var instant: MonotonicTime
        /// Breaks ties, so that the order does not depend on the heap's history.
        var ordinal: Int64
        var queued: QueuedClaim

        static func < (left: Entry, right: Entry) -> Bool {
            (left.instant, left.ordinal) < (right.instant, right.ordinal)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.ordinal == right.ordinal }
    }

    private var heap = Heap<Entry>()
    private var ordinal: Int64 = 0

    /// When the next is due.
    var first: MonotonicTime? { heap.min?.instant }

    mutating func insert(_ queued: QueuedClaim, until instant: MonotonicTime) {
        ordinal += 1
        heap.insert(Entry(instant: instant, ordinal: ordinal, queued: queued))
    }

    /// The next whose instant has come; nil instead of `now`: the next whatever its instant.
    mutating func popFirst(dueBy now: MonotonicTime?) -> QueuedClaim? {
        guard let entry = heap.min, now.map({ entry.instant <= $0 }) ?? true else { return nil }
        heap.removeMin()
        return entry.queued
    }

    /// Drops all and returns how many.
    mutating func removeAll() -> Int {
        defer { heap = Heap() }
        return heap.count
    }
}
