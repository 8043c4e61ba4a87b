internal import HeapModule

/// What is to happen, in the order of its time, and what was planned first first.
struct Timeline {
    /// Small, because the heap moves it about; what is to happen lies still beside it.
    private struct Entry: Comparable {
        var time: Int64
        var ordinal: Int64
        var place: Int

        static func < (left: Entry, right: Entry) -> Bool {
            (left.time, left.ordinal) < (right.time, right.ordinal)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.ordinal == right.ordinal }
    }

    private var heap = Heap<Entry>()
    private var ordinal: Int64 = 0
    private var planned: [Occurrence?] = []
    private var free: [Int] = []

    /// `time` in nanoseconds since the start of the run.
    mutating func plan(_ occurrence: Occurrence, at time: Int64) {
        ordinal += 1
        let place = free.popLast() ?? planned.endIndex
        if place == planned.endIndex { planned.append(occurrence) } else { planned[place] = occurrence }
        heap.insert(Entry(time: time, ordinal: ordinal, place: place))
    }

    mutating func next() -> (time: Int64, occurrence: Occurrence)? {
        guard let entry = heap.popMin(), let occurrence = planned[entry.place] else { return nil }
        planned[entry.place] = nil
        free.append(entry.place)
        return (entry.time, occurrence)
    }
}
