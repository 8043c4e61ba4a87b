/// The order of one shard's reports, by their sequence numbers.
///
/// A number that is far ahead would make every later report look old for ever. So when only older ones come for
/// a while, in their order, the newest of them counts.
struct ReportStream {
    private var last: Int64 = 0
    /// The newest that looked old, and when the first of them came.
    private var older: (sequence: Int64, since: MonotonicTime)?

    /// Whether the report with this number is newer than what was heard of its shard.
    mutating func takes(_ sequence: Int64, at now: MonotonicTime, patience: Duration) -> Bool {
        if sequence > last {
            last = sequence
            older = nil
            return true
        }
        // One that comes twice or late is no stream; neither is one that another false number preceded.
        guard let known = older, sequence > known.sequence else {
            older = (sequence, now)
            return false
        }
        older = (sequence, known.since)
        guard now - known.since >= patience else { return false }
        last = sequence
        older = nil
        return true
    }
}
