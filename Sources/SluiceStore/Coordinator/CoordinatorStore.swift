public import SluiceCore

/// What a coordinator asks of the database. Same rules as ``ShardStore``.
public protocol CoordinatorStore: Sendable {
    func register(node: NodeRegistration) async throws -> Incarnation

    /// One statement a second for leader and standby alike: renews the node's lease, and renews or, when it is free,
    /// takes the lead. `leaseLost` when the node's own lease has lapsed.
    func renew(_ incarnation: Incarnation, leading: Term?) async throws -> LeadRenewal

    /// Ends the incarnation and, when it leads, the term at once, so that the standby need not wait for the expiry.
    func leave(_ incarnation: Incarnation, leading: Term?) async throws

    /// As ``ShardStore/noteClockStep(of:seenBy:)``.
    func noteClockStep(of parting: Duration, seenBy node: String) async throws

    // MARK: Nodes and slots. Every write names the term and does nothing when it is not the current one (`termLost`).

    /// Shard nodes with a running lease.
    func liveShards() async throws -> LiveShards

    /// FENCE: closes the fences of shard incarnations whose lease has lapsed and returns them. Waits for their reserves
    /// in flight.
    func fenceLapsed(term: Term) async throws -> [Incarnation]

    func slotOwnerships() async throws -> [SlotOwnership]

    /// REASSIGN, a statement of its own: gives slots whose owner is fenced, or that have none, to `owner` in the next
    /// epoch; for slots with a live owner it records whom the leader wants. Leaves out slots that their owner gave up
    /// meanwhile. What was claimed for a fenced owner returns by ``takeBack(expiredAfter:olderThan:limit:)``.
    func assign(_ grants: [SlotGrant], term: Term) async throws -> [SlotOwnership]

    // MARK: Lanes and claims

    /// All lanes and their next due times: what a new leader starts from. Not of one instant: a lane that is made while
    /// they are read may be missing.
    func lanes() async throws -> [Lane]

    /// The lanes named: the sweep's repair and the answer to a wake-up for a lane the leader does not know.
    func lanes(_ ids: [LaneID]) async throws -> [Lane]

    func routes() async throws -> [DeviceRoute]

    /// CLAIM: idle → claimed, in one statement.
    func claim(_ request: ClaimRequest, lasting: Duration) async throws -> ClaimResult

    /// Takes back claims whose owner is fenced, whose batch expired (not before `expiredAfter`; nil: none), or whose term
    /// is over (`olderThan`): only rows still `claimed`. Bounded by `limit` batches.
    func takeBack(expiredAfter: DatabaseTime?, olderThan term: Term?, limit: Int) async throws -> TakenBack

    // MARK: Intake

    /// Drains one chunk of lead triggers into enrollments. `more` when the chunk was full.
    func enroll(limit: Int) async throws -> IntakeResult

    /// Drains one chunk of completions: takes the trigger off the lead. Skips leads that somebody else holds locked.
    func complete(limit: Int) async throws -> IntakeResult

    /// Drains one chunk of contacts that wait for their branch to be decided: they move on as a settle would have moved
    /// them. Skips contacts that somebody else holds locked.
    func decideBranches(limit: Int) async throws -> IntakeResult

    /// Drains wake-ups written by plain SQL on the queue itself.
    func drainWakes(limit: Int) async throws -> IntakeResult

    /// Enrollments that wait to be worked off, counted up to 10,000.
    func intakeBacklog() async throws -> Int

    /// Moves one chunk of contacts off devices that are out of service, where their sequence allows it, and back.
    /// `more` when the chunk was full.
    func relocate(limit: Int) async throws -> IntakeResult

    // MARK: Upkeep

    /// Makes sure the ledger partitions of the next days exist, drops those older than `keepDays` and forgets external
    /// ids as old; folds the counters' deltas.
    func maintain(keepDays: Int) async throws
}

/// What a coordinator's renewal says.
public struct LeadRenewal: Hashable, Sendable {
    public var databaseNow: DatabaseTime
    /// The term this node leads with, or nil.
    public var leading: Term?
    /// The current term, whoever leads.
    public var current: Term
    public var assignmentVersion: Int64
    public var control: ControlVersions

    public init(
        databaseNow: DatabaseTime, leading: Term?, current: Term, assignmentVersion: Int64, control: ControlVersions
    ) {
        self.databaseNow = databaseNow
        self.leading = leading
        self.current = current
        self.assignmentVersion = assignmentVersion
        self.control = control
    }
}

/// What one chunk of ``CoordinatorStore/takeBack(expiredAfter:olderThan:limit:)`` did.
public struct TakenBack: Hashable, Sendable {
    /// Claims that left the state `claimed`, or whose contact's row is gone.
    public var claims: [ReturnedClaims]
    /// When the contacts are due again.
    public var lanes: [LaneDue]
    /// Batches that were looked at; equal to the limit means there may be more.
    public var batches: Int

    public init(claims: [ReturnedClaims], lanes: [LaneDue], batches: Int) {
        self.claims = claims
        self.lanes = lanes
        self.batches = batches
    }
}

/// What one chunk of an intake table led to.
public struct IntakeResult: Sendable {
    public var lanes: [LaneDue]
    public var processed: Int
    public var more: Bool

    public init(lanes: [LaneDue], processed: Int, more: Bool) {
        self.lanes = lanes
        self.processed = processed
        self.more = more
    }
}
