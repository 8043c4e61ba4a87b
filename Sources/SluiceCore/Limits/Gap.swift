/// The pause between two sends of one device: the next start is not before the last start plus a gap drawn for it.
public struct Gap: Hashable, Sendable {
    /// Nil: nothing was sent yet.
    public private(set) var notBefore: MonotonicTime?

    public init() {}

    /// Draws the gap that follows a send that starts at `now`, uniformly in `range`.
    public mutating func started(
        at now: MonotonicTime, range: ClosedRange<Duration>, using generator: inout SeededGenerator
    ) {
        let bounds = range.lowerBound.wholeNanoseconds...range.upperBound.wholeNanoseconds
        notBefore = now + .nanoseconds(Int64.random(in: bounds, using: &generator))
    }

    /// When the next send may start: nil when it may now.
    public func wait(at now: MonotonicTime) -> MonotonicTime? {
        guard let notBefore, notBefore > now else { return nil }
        return notBefore
    }
}
