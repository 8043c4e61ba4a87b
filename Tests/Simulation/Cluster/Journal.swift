internal import SluiceCore
internal import SluiceStore

/// What only an eyewitness knows: what was acknowledged, who used which term, how much was open at once. Sees actions
/// and answers, never a machine's inside, except to compare two copies of one.
struct Journal {
    /// One attempt of a contact.
    struct AttemptReference: Hashable {
        var contact: ContactID
        var attempt: Int32
    }

    /// Reserves and settles whose answer reached the node that asked (I13), with what the settle said.
    private(set) var reserved: Set<AttemptReference> = []
    private(set) var settled: [(attempt: AttemptReference, state: LedgerRow.State)] = []
    /// Faults of a contact's row that were reported (I22).
    private(set) var faults: [ContactID: Int] = [:]
    /// By term: who acted in it (I10).
    private var leaders: [Term: Incarnation] = [:]
    private var usedBatches: Set<BatchID> = []
    /// Kinds of effects before which a process died, as bits.
    var crashPoints: UInt64 = 0
    private(set) var found: [String] = []

    mutating func violated(_ invariant: String, _ what: String) {
        guard found.count < InvariantChecker.mostViolations else { return }
        found.append("\(invariant): \(what)")
    }

    // MARK: Shards

    mutating func heard(_ answer: ShardEvent, to action: ShardAction) {
        switch (action, answer) {
        case (.reserve, .reserved(_, _, let verdicts)):
            for case .reserved(let reservation) in verdicts { reserved.insert(AttemptReference(reservation)) }
        case (.settle(_, let settlements), .settled(_, _, let busy, let faulty)):
            let open = Set((busy + faulty).map(\.reservation.message))
            for settlement in settlements where !open.contains(settlement.reservation.message) {
                settled.append((AttemptReference(settlement.reservation), settlement.outcome.ledgerState))
            }
        case (.reportFault(_, let claim, _), .released(_, let claims)) where !claims.isEmpty:
            faults[claim.contact, default: 0] += 1
        default: break
        }
    }

    /// I20: only what the node knows to be committed is written.
    mutating func writes(_ reservation: Reservation) {
        guard !reserved.contains(AttemptReference(reservation)) else { return }
        violated("I20 commit first", "\(reservation.message) is written, and nobody heard that it is reserved")
    }

    /// I24: bounds of one shard, by its actions and its own count.
    mutating func checkBounds(
        _ load: (openRequests: Int, queuedClaims: Int, unsettled: Int), openSends: [SendID: Int], _ limits: ShardLimits
    ) {
        if load.queuedClaims > limits.queuedClaims { violated("I24 bounds", "\(load.queuedClaims) claims queued") }
        if load.unsettled > limits.unsettledAttempts { violated("I24 bounds", "\(load.unsettled) attempts unsettled") }
        if load.openRequests > openSends.count { violated("I24 bounds", "open requests that nobody started") }
        guard openSends.count > limits.permitsPerHost else { return }
        if openSends.count > limits.permitsPerNode { violated("I24 bounds", "\(openSends.count) requests open") }
        for host in 0..<Hazards.hosts {
            let open = openSends.values.count { $0 == host }
            if open > limits.permitsPerHost { violated("I24 bounds", "\(open) requests open on host \(host)") }
        }
    }

    mutating func checkSize(of action: ShardAction, _ limits: ShardLimits) {
        switch action {
        case .reserve(_, let requests) where requests.count > limits.reserveBatch:
            violated("I24 bounds", "\(requests.count) claims in one reserve")
        case .settle(_, let settlements) where settlements.count > limits.settleBatch:
            violated("I24 bounds", "\(settlements.count) outcomes in one settle")
        case .release(_, let claims) where claims.count > limits.releaseBatch:
            violated("I24 bounds", "\(claims.count) claims in one release")
        default: break
        }
    }

    // MARK: Coordinators

    mutating func claims(_ request: ClaimRequest, by leader: Incarnation, _ limits: CoordinatorLimits) {
        if leaders[request.term] ?? leader != leader {
            violated("I10 terms", "term \(request.term.rawValue) is used by two")
        }
        leaders[request.term] = leader
        let wanted = request.shares.reduce(0) { $0 + $1.limit }
        if wanted > limits.claimContacts || request.shares.count > limits.claimLanes {
            violated("I24 bounds", "\(wanted) contacts of \(request.shares.count) lanes in one claim")
        }
    }

    mutating func claimed(_ batches: [DispatchBatch]) {
        for batch in batches where !usedBatches.insert(batch.id).inserted {
            violated("I10 terms", "batch \(batch.id.rawValue) was made twice")
        }
    }
}

extension Journal.AttemptReference {
    init(_ reservation: Reservation) {
        self.init(contact: reservation.claim.contact, attempt: reservation.attempt)
    }
}
