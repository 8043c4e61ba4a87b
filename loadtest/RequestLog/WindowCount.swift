/// The fullest rolling window over a list of instants.
enum WindowCount {
    /// The most instants in any window (x, x + length], and the end of the first such window; nil for no instants.
    ///
    /// A fullest window can be slid left until its closed right end meets an instant, so only windows that end at an
    /// instant need a look: for each, the ones in (end − length, end]. Two pointers over the sorted list, O(n).
    ///
    /// - Parameter instants: sorted ascending.
    static func fullest(_ instants: [Int64], length: Int64) -> (count: Int, end: Int64)? {
        var best: (count: Int, end: Int64)?
        var first = 0
        for (index, end) in instants.enumerated() {
            while instants[first] <= end - length { first += 1 }
            let count = index - first + 1
            if count > best?.count ?? 0 { best = (count, end) }
        }
        return best
    }
}

/// The most intervals that are open at one instant.
enum OpenCount {
    struct Change {
        var nanoseconds: Int64
        /// Place in the log; decides between changes of one instant.
        var line: Int
        var opens: Bool
    }

    /// The highest number of open intervals and when it was first reached; nil when nothing opened.
    static func highest(_ changes: [Change]) -> (count: Int, nanoseconds: Int64)? {
        var best: (count: Int, nanoseconds: Int64)?
        var open = 0
        for change in changes.sorted(by: { ($0.nanoseconds, $0.line) < ($1.nanoseconds, $1.line) }) {
            open += change.opens ? 1 : -1
            if open > best?.count ?? 0 { best = (open, change.nanoseconds) }
        }
        return best
    }
}
