internal import HeapModule

/// What is to happen, in the order of its time, and what was planned first first.
struct Timeline {
    private struct Entry: Comparable {
        var time: Int64
        var ordinal: Int64
        var occurrence: Occurrence

        static func < (left: Entry, right: Entry) -> Bool {
            (left.time, left.ordinal) < (right.time, right.ordinal)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.ordinal == right.ordinal }
    }

    private var heap = Heap<Entry>()
    private var ordinal: Int64 = 0

    /// `time` in nanoseconds since the start of the run.
    mutating func plan(_ occurrence: Occurrence, at time: Int64) {
        ordinal += 1
        heap.insert(Entry(time: time, ordinal: ordinal, occurrence: occurrence))
    }

    mutating func next() -> (time: Int64, occurrence: Occurrence)? {
        heap.popMin().map { ($0.time, $0.occurrence) }
    }
}
