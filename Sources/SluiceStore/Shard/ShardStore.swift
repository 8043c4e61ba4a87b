public import SluiceCore

/// What a shard node asks of the database. The PostgreSQL implementation and a simulated one pass the same suite.
///
/// Every method is one statement or one short transaction with a deadline, throws ``StoreError``, and is safe to repeat
/// unless it says otherwise. Times in and out are the database's.
public protocol ShardStore: Sendable {
    /// Starts a new incarnation: a fence row, a lease row and the first expiry. Two nodes of one name fence each other:
    /// the newer wins, and only when the older's lease has lapsed; else ``StoreError/nameInUse(name:)``.
    func register(node: NodeRegistration) async throws -> Incarnation

    /// Extends the lease of an incarnation that has not lapsed; ``StoreError/leaseLost`` when it has.
    func renew(_ incarnation: Incarnation) async throws -> Renewal

    /// Who leads, and how new everything is: what a renewal tells too, without renewing.
    func versions() async throws -> ClusterVersions

    /// The slots this incarnation owns, with whom the leader wants to own them.
    func ownedSlots(_ incarnation: Incarnation) async throws -> [SlotOwnership]

    /// The devices of these slots.
    func devices(in slots: [HashSlot]) async throws -> [DeviceProfile]

    /// Take-over, second half: marks attempts of earlier owners of `slots` that were never settled as unknown, and
    /// returns what the last `lookback` charges the limiters, oldest first. Call only after the slots are owned: in one
    /// statement with the fencing the read would not see what it waited for.
    func takeOver(_ slots: [SlotOwnership], by incarnation: Incarnation, lookback: Duration) async throws -> TakeOver

    /// The claims of one of this incarnation's batches that are still in the state `claimed`; nil when the batch is
    /// gone.
    func openBatch(_ batch: BatchID, of incarnation: Incarnation) async throws -> DispatchBatch?

    /// RESERVE: one autocommit statement, fenced. Verdicts are in the order of `requests`. Not safe to repeat: after an
    /// error the caller treats none as reserved, and take-over or ``abortLost(_:by:)`` finds what was.
    func reserve(_ requests: [ReserveRequest], by incarnation: Incarnation) async throws -> [ReserveVerdict]

    /// After a reserve whose answer was lost, and after ``release(_:)`` of its claims (which waits for a reserve still
    /// running): whatever was reserved and never sent is settled `aborted`. Returns those claims and when their
    /// contacts are due.
    func abortLost(_ claims: [Claim], by incarnation: Incarnation) async throws -> [(claim: Claim, due: DatabaseTime?)]

    /// SETTLE: one statement for each day of the ledger, safe to repeat. An attempt whose contact somebody else holds
    /// locked comes back as busy, so that an operator's open transaction delays nobody else; the caller settles those
    /// again later. One whose row the database refuses to write comes back as faulty, its contact held as quarantined:
    /// the same goes for it.
    func settle(_ settlements: [Settlement]) async throws -> SettleResult

    /// Keeps outcomes that ``settle(_:)`` cannot write in a table, from which the leader settles them once it can. Safe
    /// to repeat.
    func setAside(_ settlements: [Settlement]) async throws

    /// Records on the contact that the database refuses to reserve it, and puts the claim back; after the third time in
    /// a row the contact is held (``HoldReason/quarantined``). Nil when the claim was not `claimed` any more.
    func reportFault(_ fault: RowFault, of claim: Claim) async throws -> ReleasedClaim?

    /// Puts claims back that will not be reserved here. Waits for row locks, within its deadline. Returns those that
    /// really changed from claimed to idle, with their due times.
    func release(_ claims: [Claim]) async throws -> [(claim: Claim, due: DatabaseTime)]

    /// Gives slots up that are still the caller's in the epochs named, each to whom the leader wants or to nobody. The
    /// caller has no open reserve or request on them.
    func giveUp(_ slots: [SlotOwnership], by incarnation: Incarnation) async throws

    /// Says that this node is stopping: the leader gives it no slot any more.
    func drain(_ incarnation: Incarnation) async throws

    /// Records what a gateway said of a device.
    func record(_ condition: DeviceCondition, detail: String, of device: DeviceID) async throws

    /// Writes down that the database's clock and this node's parted by so much (negative: it went back). Durable when
    /// it returns. A node has one row until an operator confirms it.
    func noteClockStep(of parting: Duration, seenBy node: String) async throws

    /// Ends the incarnation: its lease row goes and its fence is closed.
    func leave(_ incarnation: Incarnation) async throws
}

/// What ``ShardStore/settle(_:)`` did.
public struct SettleResult: Sendable {
    /// Lanes whose contacts are due again, and when.
    public var lanes: [LaneDue]
    /// Settlements not written yet.
    public var busy: [Settlement]
    /// Settlements that the database refuses, for their contact's row.
    public var faulty: [Settlement]

    public init(lanes: [LaneDue], busy: [Settlement], faulty: [Settlement] = []) {
        self.lanes = lanes
        self.busy = busy
        self.faulty = faulty
    }
}

/// What ``ShardStore/takeOver(_:by:lookback:)`` found.
public struct TakeOver: Sendable {
    public var charges: LedgerCharges
    /// Attempts of dead owners that became unknown.
    public var orphans: Int
    public var lanes: [LaneDue]
    /// What the database's clock showed after the charges were read.
    public var readAt: DatabaseTime
    /// A node has seen that clock step, and nobody has confirmed the ledger's dates since.
    public var isClockInDoubt: Bool

    public init(
        charges: LedgerCharges, orphans: Int, lanes: [LaneDue], readAt: DatabaseTime, isClockInDoubt: Bool
    ) {
        self.charges = charges
        self.orphans = orphans
        self.lanes = lanes
        self.readAt = readAt
        self.isClockInDoubt = isClockInDoubt
    }
}
