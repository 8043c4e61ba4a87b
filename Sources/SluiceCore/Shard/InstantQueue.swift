internal import HeapModule

/// Elements by the instant at which their turn comes; of one instant, in the order in which they came.
struct InstantQueue<Element: Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var instant: MonotonicTime
        /// Breaks ties, so that the order does not depend on the heap's history.
        var ordinal: Int64
        var element: Element

        static func < (left: Entry, right: Entry) -> Bool {
            (left.instant, left.ordinal) < (right.instant, right.ordinal)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.ordinal == right.ordinal }
    }

    private var heap = Heap<Entry>()
    private var ordinal: Int64 = 0

    /// When the next is due.
    var first: MonotonicTime? { heap.min?.instant }

    mutating func insert(_ element: Element, at instant: MonotonicTime) {
        ordinal += 1
        heap.insert(Entry(instant: instant, ordinal: ordinal, element: element))
    }

    /// The next whose instant has come; with nil for `now` the next whatever its instant.
    mutating func popFirst(dueBy now: MonotonicTime?) -> (instant: MonotonicTime, element: Element)? {
        guard let entry = heap.min, now.map({ entry.instant <= $0 }) ?? true else { return nil }
        heap.removeMin()
        return (entry.instant, entry.element)
    }

    /// Drops all and returns how many.
    mutating func removeAll() -> Int {
        defer { heap = Heap() }
        return heap.count
    }
}
