internal import NIOCore
internal import SluiceCore

/// One request, who waits for its answer, and what is certain afterwards. On the event loop.
///
/// Whether a byte was written is never guessed from an error: the ticket lets the head pass at most once, and knows.
final class HTTPExchange {
    enum Result: Sendable {
        case answered(HTTPAnswer)
        /// The head was held back by the guard.
        case late
        /// No byte was written, and none will be.
        case unwritten(wasCancelled: Bool)
        case lost(LossReason)
    }

    let request: OutgoingRequest
    let ticket: SendTicket
    private let ended: @Sendable (Result) -> Void
    /// When it is given up: whatever it waits for, or, with less patience, while it waits for a connection.
    private(set) var end: NIODeadline
    private let deadline: NIODeadline
    private var connection: HTTPConnection?
    private(set) var isOver = false

    init(
        _ request: OutgoingRequest, ticket: SendTicket, until deadline: NIODeadline,
        ended: @escaping @Sendable (Result) -> Void
    ) {
        self.request = request
        self.ticket = ticket
        self.deadline = deadline
        self.ended = ended
        end = deadline
    }

    /// It has no connection yet, and shall have one by then.
    func waits(until time: NIODeadline) {
        end = min(deadline, time)
    }

    /// It is about to be written there.
    func begins(on connection: HTTPConnection) {
        end = deadline
        self.connection = connection
    }

    /// Nobody waits for it any more. What was written is taken back as far as it can be before anybody is told.
    func giveUp(_ reason: LossReason) {
        guard let connection else { return finish(reason) }
        connection.fail(reason)
    }

    /// There will be no answer.
    func finish(_ reason: LossReason) {
        switch ticket.conclude() {
        case .written: finish(.lost(reason))
        case .late: finish(.late)
        case .unwritten: finish(.unwritten(wasCancelled: reason == .cancelled))
        }
    }

    func finish(_ result: Result) {
        guard !isOver else { return }
        isOver = true
        connection = nil
        ended(result)
    }
}
