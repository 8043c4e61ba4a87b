internal import SluiceCore
internal import Synchronization

/// The right to put one request head on one connection, once.
///
/// Whether a byte was written must not be guessed from an error: a request that was given up may still be in a queue. So
/// the question is settled by a compare-and-set that both sides go through: the connection asks ``admit(at:)`` right
/// before it writes the head, who stops waiting asks ``conclude()``, and the first of the two wins for good. An unwritten
/// ticket that was concluded can never be written.
final class SendTicket: Sendable {
    /// What is certain when the sender stops waiting.
    enum Conclusion: Hashable, Sendable {
        /// The head passed. Bytes may have left.
        case written
        /// The head came past `latestStart` and was held back.
        case late
        /// No head came, and none will.
        case unwritten
    }

    private enum State { case waiting, written, late, abandoned }

    /// The socket gives up on bytes that stay unacknowledged this long (TCP_USER_TIMEOUT), in milliseconds. It bounds
    /// what a stopped process has written, so it must have run out before the total time has. The kernel counts from
    /// its first repetition, not from the write; the quarter that is left is for that first wait, which is about three
    /// times the path's round trip and 0.2 s at least.
    let userTimeout: Int
    private let latestStart: MonotonicTime?
    private let state = Mutex(State.waiting)

    /// - Parameter latestStart: the guard. Nil for a request that may be late, such as a question for a device's
    ///   state.
    init(latestStart: MonotonicTime?, totalTime: Duration) {
        self.latestStart = latestStart
        userTimeout = Int(clamping: max(totalTime.wholeMicroseconds * 3 / 4_000, 1))
    }

    /// Not a question for a device's state.
    var isAttempt: Bool { latestStart != nil }

    /// Neither written nor given up.
    var isWaiting: Bool { state.withLock { $0 == .waiting } }

    /// Whether the head may pass now. True at most once.
    func admit(at now: MonotonicTime) -> Bool {
        state.withLock { state in
            guard case .waiting = state else { return false }
            let isLate = latestStart.map { now > $0 } ?? false
            state = isLate ? .late : .written
            return !isLate
        }
    }

    func conclude() -> Conclusion {
        state.withLock { state in
            switch state {
            case .waiting:
                state = .abandoned
                return .unwritten
            case .written: return .written
            case .late: return .late
            case .abandoned: return .unwritten
            }
        }
    }
}
