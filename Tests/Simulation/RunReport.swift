/// What one run came to.
public struct RunReport: Hashable, Sendable {
    public var seed: UInt64
    /// Of everything that happened, in order: equal for two runs of one seed and schedule.
    public var traceHash: UInt64
    /// Virtual seconds.
    public var seconds: Double
    /// Faults that began, by the order of ``Fault/Kind/allCases``.
    public var faults: [Int]
    /// Requests that arrived at the gateway.
    public var sends: Int
    /// Attempts whose outcome stayed unknown.
    public var unknown: Int
    /// Cap keys of which some window was once as full as it may be: without them a cap was not tested (I26).
    public var fullKeys: Int
    public var capKeys: Int
    /// Kinds of effects before which a process died, as bits (``TraceHash``'s numbers).
    public var crashPoints: UInt64
    /// Batches that came twice, late or to the wrong node.
    public var staleBatches: Int
    /// Requests whose wait was judged (I17).
    public var waits: Int
    /// In words, each beginning with the invariant's name; at most ``InvariantChecker/mostViolations``.
    public var violations: [String]
}
