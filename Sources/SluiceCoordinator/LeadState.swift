internal import SluiceCore
internal import SluiceStore
internal import Synchronization

/// Where the loops of one life agree on who leads, how fresh the lease is and how much waits to be enrolled.
final class LeadState: Sendable {
    private struct State {
        var lease: Lease
        var term: Term?
        /// The last term that ended although a renewal under way may still say otherwise.
        var ended = Term(rawValue: -1)
        /// A connection to the database broke since the last renewal.
        var wasCutOff = false
        var renewal: LeadRenewal?
        var startedAt: DatabaseTime?
        var intakeBacklog = 0
    }

    enum Change: Equatable {
        case none
        case gained(Term)
        case lost(Term)
    }

    private let state: Mutex<State>

    init(lease: Lease) { state = Mutex(State(lease: lease)) }

    /// The term this node leads with.
    var term: Term? { state.withLock { $0.term } }
    var renewal: LeadRenewal? { state.withLock { $0.renewal } }
    var renewed: MonotonicTime { state.withLock { $0.lease.renewed } }
    var startedAt: DatabaseTime? { state.withLock { $0.startedAt } }

    /// Enrollments that waited when the leader last looked.
    var intakeBacklog: Int { state.withLock { $0.intakeBacklog } }

    func note(intakeBacklog: Int) { state.withLock { $0.intakeBacklog = intakeBacklog } }

    func isTrusted(at now: MonotonicTime) -> Bool { state.withLock { $0.lease.isTrusted(at: now) } }

    /// Takes in a good renewal.
    ///
    /// - Returns: what it changed, or nil when it came too late to be trusted.
    func renew(_ renewal: LeadRenewal, startedAt start: MonotonicTime, at now: MonotonicTime) -> Change? {
        state.withLock { state in
            guard state.lease.renew(startedAt: start, at: now) else { return nil }
            state.renewal = renewal
            state.startedAt = state.startedAt ?? renewal.databaseNow
            let before = state.term
            state.term = renewal.leading.flatMap { $0 <= state.ended ? nil : $0 }
            guard state.term != before else { return Change.none }
            return state.term.map(Change.gained) ?? before.map(Change.lost) ?? Change.none
        }
    }

    /// A connection to the database broke: it may have crashed, and forgotten claims it had acknowledged, because those
    /// need not reach the disk first. The machine's count of live claims may be wrong, so the next renewal asks for a
    /// new term.
    func noteCutOff() { state.withLock { $0.wasCutOff = true } }

    /// Whether a connection broke since this was last asked.
    func takeCutOff() -> Bool {
        state.withLock { state in
            defer { state.wasCutOff = false }
            return state.wasCutOff
        }
    }

    /// `term` is over: the database said so, or the machine resigned. The next renewal may bring a new one.
    func end(_ term: Term) {
        state.withLock { state in
            state.ended = max(state.ended, term)
            if state.term == term { state.term = nil }
        }
    }
}
