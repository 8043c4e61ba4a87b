/// The leader: decides what is claimed, for which shard, and who owns which slot. Feed it with ``handle(_:at:)``, carry
/// out what it returns, and call it again no later than ``nextWake(after:)``.
///
/// States: standing by (``term`` is nil: everything but the lead is ignored) → starting (old terms' claims are being
/// taken back, lanes, routes and ownerships loaded: nothing is claimed) → leading. Losing the lead, or not knowing what
/// a statement did (`resign`), goes back to standing by and forgets everything: the next term starts from the database.
///
/// Invariants:
/// - For every device, live claims ≤ the capacity its shard reported; over the devices of a cap key, ≤ the largest of
///   theirs.
/// - At most one claim is under way; no claim is under way while slots are assigned, so that a take-over sees every
///   claim made for the old owner.
/// - A contact is in at most one claim; the database guarantees it, and this machine asks for a lane at most once at a
///   time.
/// - A stale, repeated or foreign message changes nothing but ``ignored`` (I19).
/// - Work per event is O(what the event is about), never O(devices), except when routes, slots or members change.
public struct CoordinatorMachine: Sendable {
    let timers: Timers
    let limits: CoordinatorLimits

    /// The term it leads with; nil while it stands by.
    public private(set) var term: Term?
    /// Credits that were stale, repeated, of another term or of a shard that does not own the slot.
    public internal(set) var ignored: UInt64 = 0
    /// Live claims that no batch explained any more.
    public internal(set) var writtenOff: UInt64 = 0

    var clock: ClockReading?
    var schedule: LaneSchedule
    var book: CreditBook
    /// Credits that cannot be judged before owners and routes are read: the last one of each device.
    var early: [DeviceID: EarlyCredit] = [:]
    /// Nil: shards were not asked for credits yet.
    var askNotBefore: MonotonicTime?
    var routes = RouteTable()
    var ownerships: [SlotOwnership?] = Array(repeating: nil, count: HashSlot.count)
    var roster = ShardRoster()
    var errands: ErrandBook
    var grants = GrantQueue()
    var named: LaneNames
    var expiries: BatchExpiries

    var claiming: ClaimRequest?
    /// When the claim under way was asked for.
    var claimingSince: MonotonicTime?
    /// What is urgent is claimed at any time, the rest not before this.
    var restingUntil: MonotonicTime?
    var bulk: BulkPace
    var claimFailures = 0
    var claimNotBefore: MonotonicTime?
    var nextOrdinal: UInt32 = 0
    /// Batches claimed by the answer just heard.
    var dispatches: [CoordinatorAction] = []
    /// Something that ends the term happened while an event was taken in.
    var mustResign = false

    private var assignmentVersion: Int64?
    private var control: ControlVersions?
    var sweeps: SweepPace
    private var lastSurvey: MonotonicTime?
    /// When the first lease ends that the last survey saw, unless it was renewed since.
    private var firstLapse: MonotonicTime?
    /// A term begins with one.
    private var takenBackAt: MonotonicTime?

    public init(timers: Timers, limits: CoordinatorLimits = CoordinatorLimits()) {
        self.timers = timers
        self.limits = limits
        schedule = LaneSchedule(limits: limits)
        book = CreditBook(limits: limits)
        bulk = BulkPace(limits: limits)
        sweeps = SweepPace(every: timers.sweep, limits: limits)
        errands = ErrandBook(limits: limits)
        named = LaneNames(limit: limits.namedLanes)
        expiries = BatchExpiries(allEvery: limits.takeBackAtLeastEvery)
    }

    /// Takes an event that happened at `now` and returns what is to be done, in order. `now` never falls.
    public mutating func handle(_ event: CoordinatorEvent, at now: MonotonicTime) -> [CoordinatorAction] {
        switch event {
        case .becameLeader(let term): begin(term)
        case .lostLead(let lost): if lost == term { standDown() }
        case .renewed(let reading, let assignment, let control):
            clock = reading
            noteVersions(assignment: assignment, control: control)
        default:
            // An answer or a hint of a term that is over.
            guard term != nil else { return [] }
            take(event, at: now)
        }
        guard term != nil, clock != nil else { return [] }
        if mustResign {
            standDown()
            return [.resign]
        }
        return decide(at: now)
    }

    private mutating func take(_ event: CoordinatorEvent, at now: MonotonicTime) {
        switch event {
        case .creditReport(let report): note(report, at: now)
        case .lanesDue(let lanes): wake(lanes, at: now)
        case .lanesLoaded(let lanes, let query): noteLoaded(lanes, query, at: now)
        case .routesLoaded(let routes):
            errands.succeeded(.loadRoutes, at: now)
            self.routes = RouteTable(routes)
            judgeEarlyCredits(at: now)
            considerAll(at: now)
        case .ownershipsRead(let read):
            errands.succeeded(.readOwnerships, at: now)
            merge(read, at: now)
            errands.want(.assign)
        case .surveyed(let members, let firstLapse): noteSurvey(members, firstLapse, at: now)
        case .assigned(let changed):
            errands.succeeded(.assign, at: now)
            merge(changed, at: now)
            // What was claimed for owners that are fenced now need not wait for its expiry.
            errands.want(.takeBackExpired)
        case .tookBack(let claims, let lanes, let more, let ofOlderTerms):
            noteTakeBack(claims, lanes, more: more, ofOlderTerms: ofOlderTerms, at: now)
        case .claimed(let result): noteClaimed(result, at: now)
        case .claimFailed(let mayHaveTakenEffect): noteClaimFailed(mayHaveTakenEffect, at: now)
        case .failed(let errand, let mayHaveTakenEffect): noteFailed(errand, mayHaveTakenEffect, at: now)
        case .tick, .becameLeader, .lostLead, .renewed: break
        }
    }

    // MARK: The lead

    private mutating func begin(_ term: Term) {
        standDown()
        self.term = term
        for errand: CoordinatorErrand in [.takeBackOlderTerms, .loadRoutes, .readOwnerships, .survey, .loadLanes] {
            errands.want(errand)
        }
    }

    private mutating func standDown() {
        var fresh = CoordinatorMachine(timers: timers, limits: limits)
        fresh.clock = clock
        // What a new term loads is at least as new as these.
        fresh.assignmentVersion = assignmentVersion
        fresh.control = control
        fresh.ignored = ignored
        fresh.writtenOff = writtenOff
        self = fresh
    }

    private mutating func noteVersions(assignment: Int64, control: ControlVersions) {
        if let assignmentVersion, assignmentVersion != assignment {
            errands.want(.readOwnerships)
            // Slots are given up by shards that drain: without another look they would be given right back.
            errands.want(.survey)
        }
        if let known = self.control, known != control {
            if known.lanes != control.lanes { errands.want(.loadLanes) }
            if known.devices != control.devices {
                errands.want(.loadRoutes)
                // It may be a node that was drained.
                errands.want(.survey)
            }
        }
        assignmentVersion = assignment
        self.control = control
    }

    // MARK: Deciding

    /// The database's clock, at the earliest: what is due by this is due.
    func databaseNow(_ now: MonotonicTime) -> DatabaseTime {
        clock?.earliestDatabaseTime(at: now) ?? DatabaseTime(microseconds: 0)
    }

    private mutating func decide(at now: MonotonicTime) -> [CoordinatorAction] {
        for device in schedule.advance(to: databaseNow(now)) { consider(device, at: now) }
        wantWhatIsTime(at: now)
        var actions = dispatches
        dispatches = []
        for errand in CoordinatorErrand.allCases {
            if let action = start(errand, at: now) { actions.append(action) }
        }
        if let ask = askAgain(at: now) { actions.append(ask) }
        if let claim = nextClaim(at: now) { actions.append(.claim(claim)) }
        if mustResign {
            standDown()
            return [.resign]
        }
        return actions
    }

    private mutating func wantWhatIsTime(at now: MonotonicTime) {
        if let next = sweeps.next, next <= now { errands.want(.sweep) }
        if let due = surveyDue, due <= now { errands.want(.survey) }
        if let next = expiries.next, next <= databaseNow(now), !errands.isRunning(.takeBackExpired) {
            errands.want(.takeBackExpired)
        }
        if let due = takeBackDue, due <= now, !errands.isRunning(.takeBackExpired) { errands.want(.takeBackExpired) }
    }

    /// Outcomes that shards set aside wait for it too, also while no claim is out. And the database's clock may have
    /// been ahead when a claim was made: its expiry is far off then, until an operator puts it right.
    private var takeBackDue: MonotonicTime? {
        takenBackAt.map { $0 + limits.takeBackAtLeastEvery }
    }

    /// Regularly, and when the first lease ends that was not renewed since. Whether its shard is heard on the bus says
    /// nothing: one that is cut from the database alone goes on talking.
    private var surveyDue: MonotonicTime? {
        guard let lastSurvey else { return nil }
        let regular = lastSurvey + limits.surveyEvery
        return firstLapse.map { min(regular, max($0, lastSurvey + limits.surveySpacing)) } ?? regular
    }

    private mutating func start(_ errand: CoordinatorErrand, at now: MonotonicTime) -> CoordinatorAction? {
        if errand == .assign { return startAssign(at: now) }
        guard errands.start(errand, at: now) else { return nil }
        switch errand {
        case .takeBackOlderTerms: return .takeBackOlderTerms
        case .loadRoutes: return .loadRoutes
        case .readOwnerships: return .readOwnerships
        case .survey:
            lastSurvey = now
            return .survey
        case .loadLanes: return .loadLanes(.all)
        case .loadNamedLanes: return .loadLanes(.named(named.takeAll()))
        case .sweep:
            let lanes = schedule.takeSweep(atMost: sweeps.lanes)
                .filter { available($0.device) > 0 || !schedule.leavesOut($0.lane) }.map(\.lane)
            sweeps.start(lanes.count, at: now)
            if lanes.isEmpty { errands.succeeded(.sweep, at: now) }
            return lanes.isEmpty ? nil : .loadLanes(.sweep(lanes))
        case .takeBackExpired:
            return .takeBackExpired(after: expiries.begin(at: databaseNow(now)))
        case .assign: return nil
        }
    }

    private mutating func startAssign(at now: MonotonicTime) -> CoordinatorAction? {
        guard !isAssignBlocked, errands.isDue(.assign, at: now) else { return nil }
        let changes = SlotAssignment.changes(from: ownerships.compactMap { $0 }, members: roster.members)
        guard !changes.isEmpty else {
            errands.drop(.assign)
            return nil
        }
        return errands.start(.assign, at: now) ? .assign(changes) : nil
    }

    // MARK: Answers to errands

    private mutating func noteSurvey(_ members: [ShardMember], _ firstLapse: Duration?, at now: MonotonicTime) {
        self.firstLapse = firstLapse.map { now + $0 + limits.lapseGrace }
        errands.succeeded(.survey, at: now)
        let isChanged = members != roster.members
        roster.update(members)
        errands.want(.assign)
        book.keepOnly(members)
        guard isChanged else { return }
        considerAll(at: now)
    }

    private mutating func merge(_ read: [SlotOwnership], at now: MonotonicTime) {
        for ownership in read {
            let index = Int(ownership.slot.rawValue)
            // A reading may be older than what a statement of ours has changed since.
            if let known = ownerships[index], known.epoch > ownership.epoch || known == ownership { continue }
            ownerships[index] = ownership
            for device in routes.devices(in: ownership.slot) { consider(device, at: now) }
        }
        judgeEarlyCredits(at: now)
    }

    private mutating func noteTakeBack(
        _ claims: [ReturnedClaims], _ lanes: [LaneDue], more: Bool, ofOlderTerms: Bool, at now: MonotonicTime
    ) {
        errands.succeeded(ofOlderTerms ? .takeBackOlderTerms : .takeBackExpired, at: now, isComplete: !more)
        takenBackAt = now
        if !ofOlderTerms { expiries.end(isComplete: !more, at: now) }
        wake(lanes, at: now)
        for returned in claims where returned.batch.term == term {
            book.unmade(returned.count, on: returned.device, batch: returned.batch)
            considerGroup(of: returned.device, at: now)
        }
    }

    private mutating func noteFailed(_ errand: CoordinatorErrand, _ mayHaveTakenEffect: Bool, at now: MonotonicTime) {
        errands.failed(errand, at: now)
        switch errand {
        // What it took back is lost with the answer, and with it the count of live claims.
        case .takeBackExpired: if mayHaveTakenEffect { mustResign = true }
        case .assign: errands.want(.readOwnerships)
        // The names went with the statement.
        case .loadNamedLanes: errands.want(.loadLanes)
        case .sweep: sweeps.failed()
        default: break
        }
    }

    /// When the leader must be called again at the latest; nil while it stands by.
    public mutating func nextWake(after now: MonotonicTime) -> MonotonicTime? {
        guard term != nil, let clock else { return nil }
        var next = errands.nextStart(after: now, except: isAssignBlocked ? .assign : nil)
        func include(_ time: MonotonicTime?) {
            guard let time else { return }
            next = next.map { min($0, time) } ?? time
        }
        // Once one is wanted, the errand says itself when it may start.
        if !errands.isPending(.sweep) { include(sweeps.next) }
        if !errands.isPending(.survey) { include(surveyDue) }
        if let alarm = schedule.nextAlarm() { include(clock.latestMonotonicTime(of: alarm)) }
        if let expiry = expiries.next, !errands.isRunning(.takeBackExpired) {
            // Once it is past, the errand is wanted and says itself when it may start.
            let time = clock.latestMonotonicTime(of: expiry)
            if time > now { include(time) }
        }
        include(nextAsking(after: now))
        if let takeBackDue, !errands.isPending(.takeBackExpired) { include(takeBackDue) }
        if claiming == nil, !grants.isEmpty { include(claimNotBefore ?? (grants.hasUrgent ? nil : restingUntil)) }
        return next
    }

    /// Slots are assigned between claims, and only from what was read of owners and members last.
    private var isAssignBlocked: Bool {
        claiming != nil || errands.isPending(.survey) || errands.isPending(.readOwnerships)
            || !errands.hasSucceeded([.readOwnerships, .survey])
    }
}
