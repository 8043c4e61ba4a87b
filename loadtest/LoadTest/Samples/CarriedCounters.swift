/// What PostgreSQL counts, carried over its crashes: it counts anew after each, and what a run did before stays done.
struct CarriedCounters {
    private var before = Sample.Database()
    private var last = Sample.Database()
    /// When the counters that `last` is of began.
    private var epoch: String?

    /// - Parameters:
    ///   - counted: since `epoch`.
    ///   - epoch: any text that another beginning does not have.
    mutating func add(_ counted: Sample.Database, since epoch: String) -> Sample.Database {
        if let known = self.epoch, known != epoch {
            for counter in Self.counters { before[keyPath: counter] += last[keyPath: counter] }
        }
        (last, self.epoch) = (counted, epoch)
        var sum = counted
        for counter in Self.counters { sum[keyPath: counter] += before[keyPath: counter] }
        return sum
    }

    /// The rest of a sample is as it is at its instant.
    private static var counters: [WritableKeyPath<Sample.Database, Int64>] {
        [\.transactions, \.rows, \.walBytes, \.fullPages, \.checkpoints]
    }
}
