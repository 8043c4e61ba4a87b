internal import PostgresDriver
internal import SluiceCore
internal import Synchronization

/// Where those rows of an intake begin that may still be there.
///
/// What was worked off stays in the index until vacuum has been there, and a look from the beginning goes past all of
/// it: after a million enrollments for milliseconds, and while somebody keeps a snapshot open for half a second.
///
/// A row that nobody sees yet may have a lower id than one that was seen, but then its transaction ran already. So a
/// place that one look found is where looks begin once all transactions that ran by then have ended, and a look from
/// before it has seen what they left.
final class IntakeCursor: Sendable {
    /// What one statement saw, in one snapshot.
    struct Look: Hashable, Sendable {
        /// The lowest id that is left, else the one behind the last that was taken; nil when there was none.
        var next: Int64?
        /// A transaction's number given out after the snapshot.
        var transaction: Int64
        /// The oldest transaction that runs.
        var oldestRunning: Int64
    }

    private struct State: Sendable {
        var from: Int64 = 0
        /// Looks begin at `next` once no transaction before `transaction` runs.
        var candidate: (next: Int64, transaction: Int64)?
        var wholeLookDue: ContinuousClock.Instant?
    }

    /// A look from the beginning finds what came there against all order, as after TRUNCATE … RESTART IDENTITY.
    private static let wholeLookEvery: Duration = .seconds(10)
    private static let wholeLooks = DutyCycle(rest: 100, longestRest: .seconds(120))

    private let state = Mutex(State())

    /// Where a look begins.
    func start(at now: ContinuousClock.Instant) -> Int64 {
        state.withLock { state in
            guard let due = state.wholeLookDue, now < due else { return 0 }
            return state.from
        }
    }

    /// A look from `start` on ended now and took so long.
    func note(_ look: Look, from start: Int64, took: Duration, at now: ContinuousClock.Instant) {
        state.withLock { state in
            if let candidate = state.candidate, candidate.transaction <= look.oldestRunning {
                (state.from, state.candidate) = (candidate.next, nil)
            }
            if let next = look.next {
                state.from = min(state.from, next)
                state.candidate = state.candidate ?? (next, look.transaction)
            }
            if start == 0 { state.wholeLookDue = now + max(Self.wholeLookEvery, Self.wholeLooks.rest(after: took)) }
        }
    }
}

extension IntakeCursor.Look {
    /// Of a row with these columns.
    init(_ row: PostgresRow) throws {
        self.init(
            next: try row.decode(Int64?.self, "next"), transaction: try row.decode(Int64.self, "transaction"),
            oldestRunning: try row.decode(Int64.self, "oldest_running"))
    }
}
