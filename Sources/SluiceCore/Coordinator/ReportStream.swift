/// The order of one shard's reports, by their sequence numbers, and whether any is missing since it last named all its
/// devices.
///
/// A number that is far ahead would make every later report look old for ever. So when only older ones come for
/// a while, in their order, the newest of them counts.
struct ReportStream {
    private var last: Int64 = 0
    /// The newest that looked old, and when the first of them came.
    private var older: (sequence: Int64, since: MonotonicTime)?
    /// From this report on all were heard, up to the last, and taken in full; nil when the last was not.
    private var unbrokenFrom: Int64? = 1
    private var wholeFrom: Int64 = 1

    /// Whether the credit of every device is known that the shard has told of.
    var isWhole: Bool { unbrokenFrom.map { $0 <= wholeFrom } ?? false }

    /// Something of the last report could not be taken.
    mutating func miss() { unbrokenFrom = nil }

    /// Whether the report is newer than what was heard of its shard.
    mutating func takes(_ report: CreditReport, at now: MonotonicTime, patience: Duration) -> Bool {
        guard takes(report.sequence, at: now, patience: patience) else { return false }
        wholeFrom = report.wholeFrom
        return true
    }

    private mutating func takes(_ sequence: Int64, at now: MonotonicTime, patience: Duration) -> Bool {
        if sequence > last {
            if unbrokenFrom == nil || sequence - 1 != last { unbrokenFrom = sequence }
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
        unbrokenFrom = sequence
        last = sequence
        older = nil
        return true
    }
}
