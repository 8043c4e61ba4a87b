/// What a shard's machine is told. Answers name the statement or the send that the machine asked for.
public enum ShardEvent: Hashable, Sendable {
    // MARK: From the leader

    /// A batch came over NATS.
    case batch(DispatchBatch)
    /// Somebody says that the leader of `term` lives: a hint. `isAsked`: it missed a report of ours.
    case beacon(term: Term, assignmentVersion: Int64, controlVersion: Int64, isAsked: Bool = false)
    /// Whether NATS carries messages now.
    case connected(Bool)

    // MARK: The lease

    case renewed(Renewal, ClockReading)
    /// The database said that this incarnation is over.
    case leaseLost

    // MARK: Answers of the store

    case versions(StatementID, ClusterVersions)
    case ownership(StatementID, [SlotOwnership])
    case takenOver(StatementID, SlotHistory)
    case devices(StatementID, [DeviceProfile])
    /// Nil: the batch is gone.
    case fetched(StatementID, DispatchBatch?)
    /// `started`: our clock just before the statement was sent.
    case reserved(StatementID, started: MonotonicTime, [ReserveVerdict])
    /// `busy`: attempts not written yet, because somebody else holds their contacts locked; `faulty`: because the
    /// database refuses their contacts' rows, which the statement has recorded on them.
    case settled(StatementID, [LaneDue], busy: [Settlement], faulty: [Settlement] = [])
    case released(StatementID, [ReleasedClaim])
    /// What a reserve whose answer was lost had reserved, now aborted.
    case lostAborted(StatementID, [ReleasedClaim])
    case gaveUp(StatementID)
    case failed(StatementID, StatementFailure)

    // MARK: Answers of gateways

    case sendEnded(SendID, Outcome)
    /// Nil: no usable answer.
    case polled(DeviceID, DeviceCondition?)

    // MARK: Other

    /// The instant that ``ShardMachine/nextWake`` named has come.
    case tick
    /// Stop gracefully.
    case stop
}

/// One statement the machine asked for. Never used twice by one machine.
public struct StatementID: RawRepresentable, Hashable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One request to a gateway the machine asked for. Never used twice by one machine.
public struct SendID: RawRepresentable, Hashable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Why a statement has no answer.
public enum StatementFailure: Hashable, Sendable {
    /// The database was not reached or its answer was lost: the statement may or may not have happened.
    case uncertain
    /// The database refused the statement, so nothing happened; the same statement will be refused again.
    case refused
    /// Alike, and a row is at fault: of the statement's only one, or of one among many.
    case refusedRow(RowFault)
}

/// A claim that went back to idle (or left the queue), and when its contact is due again, if it is.
public struct ReleasedClaim: Hashable, Sendable {
    public var claim: Claim
    public var due: DatabaseTime?

    public init(claim: Claim, due: DatabaseTime?) {
        self.claim = claim
        self.due = due
    }
}

/// What a take-over loads: what the limiters of the slots have to count, and the devices.
public struct SlotHistory: Hashable, Sendable {
    public var charges: LedgerCharges
    public var devices: [DeviceProfile]
    public var lanes: [LaneDue]
    /// The charges are complete as far back as this from the statement's own time.
    public var lookback: Duration
    /// What the database's clock showed after the load; nil: it was not asked.
    public var readAt: DatabaseTime?
    /// The database's clock has stepped, and nobody has confirmed the ledger's dates: what the limiters have to count
    /// is not known.
    public var isClockInDoubt: Bool

    public init(
        charges: LedgerCharges, devices: [DeviceProfile], lanes: [LaneDue], lookback: Duration,
        readAt: DatabaseTime? = nil, isClockInDoubt: Bool = false
    ) {
        self.charges = charges
        self.devices = devices
        self.lanes = lanes
        self.lookback = lookback
        self.readAt = readAt
        self.isClockInDoubt = isClockInDoubt
    }
}
