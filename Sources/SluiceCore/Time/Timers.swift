/// The protocol's timers. Each is a parameter, so that a test can run a "day" of 120 s; the defaults are those of
/// DESIGN.md.
public struct Timers: Hashable, Sendable {
    /// How long a lease lasts from its renewal, on the database's clock.
    public var lease: Duration = .seconds(5)
    /// How often a lease is renewed.
    public var renewEvery: Duration = .seconds(1)
    /// A node stops starting anything this long after the *start* of its last good renewal. Below `lease` by more than
    /// a renewal's longest round trip, so that a node has stopped before another may fence it.
    public var selfFence: Duration = .milliseconds(3500)
    /// From the start of a reserve to the latest moment its request may start (the guard).
    public var sendWithin: Duration = .seconds(1)
    /// How long a claim stands before the leader may take it back.
    public var claim: Duration = .seconds(30)
    /// How long a node that stops waits for its open requests.
    public var drain: Duration = .seconds(60)
    /// How often the leader looks at lanes that no wake-up named, to repair lost ones.
    public var sweep: Duration = .seconds(5)

    public init() {}
}
