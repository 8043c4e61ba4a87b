/// Notices when the database's clock and a node's own part: somebody set the database host's clock, or it runs wild.
///
/// Why: a limiter runs on the monotonic clock, which nobody sets. But what a take-over reads of the ledger is dated by
/// the database's clock, and after a step those dates say nothing of how long ago a message was sent. So a step is
/// written down, and until an operator confirms that the dates can be trusted, take-overs count as full (I18). A step
/// while no node runs is not seen.
///
/// Each lease renewal gives a reading of both clocks. It is compared with one of up to ``anchoredFor`` earlier, so that
/// small steps in a row add up and drift does not.
///
/// States: watching(anchor) → parted(by), until what was seen is written down → watching anew from there.
public struct ClockWatch: Sendable {
    /// A parting below it is not looked at: a round trip, or NTP at work. The caps' windows are longer by as much.
    public static let tolerance: Duration = .seconds(2)
    private static let anchoredFor: Duration = .seconds(600)

    private var anchor: ClockReading?
    private var latest: ClockReading?
    private var unwritten: Duration?

    public init() {}

    /// Takes a reading in. Returns by how much the database's clock has gone ahead (negative: back) when that is still
    /// to be written down.
    ///
    /// The reading's own times must be of a clock that runs on while the host sleeps, or a sleep looks like a step.
    public mutating func note(_ reading: ClockReading) -> Duration? {
        latest = reading
        guard let anchor else {
            anchor = reading
            return unwritten
        }
        let shown = reading.database - anchor.database
        let longest = reading.received - anchor.sent
        let shortest = reading.sent - anchor.received
        let tolerance = Self.tolerance + ClockDrift.allowance(for: longest)
        if shown > longest + tolerance {
            unwritten = shown - longest
        } else if shown < shortest - tolerance {
            unwritten = shown - shortest
        } else if longest > Self.anchoredFor {
            self.anchor = reading
        }
        return unwritten
    }

    /// What ``note(_:)`` said is durable: later partings are measured from here.
    public mutating func written() {
        unwritten = nil
        anchor = latest
    }
}
