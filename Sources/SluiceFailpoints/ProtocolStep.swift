/// The steps of the protocol that have a failpoint before and after them. DESIGN.md says what they are.
///
/// Before a step nothing of it has happened. After it, it has happened and nobody in this process has heard of it yet,
/// unless it says otherwise here. A statement that the database refused has no "after".
public enum ProtocolStep: String, CaseIterable, Hashable, Sendable {
    // MARK: Every node

    /// A new incarnation begins.
    case register
    /// The lease is renewed.
    case renew

    // MARK: The leader

    /// The database gave this node the lead. After: its loops have been told, and the beacon was sent.
    case lead
    /// One chunk of the intake. After a chunk of the intake, of completions and of branches: only when it held
    /// something.
    case enroll
    /// One chunk of triggers that are taken off leads.
    case complete
    /// One chunk of contacts that wait at a branch.
    case decide
    /// Shards whose lease lapsed are fenced. After: only when there were some.
    case fence
    /// Slots are given to shards.
    case assign
    case claim
    /// A batch is given to NATS.
    case dispatch

    // MARK: A shard

    /// The history of new slots is read, and what their dead owners left is settled as unknown.
    case takeOver = "take-over"
    /// A batch came over NATS. After: its claims are queued, and what follows from that has begun.
    case batch
    case reserve
    /// The first look at the clock. After: the connection is not there yet.
    case `guard`
    /// The request. Before: the last look at the clock was good, and not a byte has left. After: the kernel has it.
    case write
    /// A complete answer came. After: it is understood.
    case response
    case settle
    /// Slots are given up.
    case handOver = "hand-over"
}
