internal import NIOCore
internal import NIOHTTP1
internal import SluiceCore
internal import SluiceFailpoints

/// The last handler above the HTTP encoder: lets a request head pass if its ticket says so, and closes abruptly.
///
/// The check happens here because only here is it the same turn of the event loop that writes to the socket: a
/// request that waited for a connection is judged when the wait is over.
final class SendGate: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private let desk: TicketDesk
    private let now: @Sendable () -> MonotonicTime
    private let door: SocketDoor
    /// The connection held a head back. It is useless from then on: the HTTP client believes that a request is under
    /// way.
    private var isRefusing = false
    private var userTimeout: Int?
    /// The last part that passed is a head whose body or end follows in the same turn.
    private var isHeadAlone = false
    /// An attempt's head passed, and nothing of it was flushed yet.
    private var isAttemptHeld = false

    init(desk: TicketDesk, door: SocketDoor, now: @escaping @Sendable () -> MonotonicTime) {
        self.desk = desk
        self.door = door
        self.now = now
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isRefusing else {
            promise?.fail(HeldBack())
            return
        }
        guard case .head(var head) = unwrapOutboundIn(data) else {
            isHeadAlone = false
            context.write(data, promise: promise)
            return
        }
        // Without a ticket it is not ours to send: the HTTP client would have made up a request by itself.
        guard let number = head.headers.first(name: TicketDesk.header), let ticket = desk.ticket(number) else {
            refuse(context: context, promise: promise)
            return
        }
        applyUserTimeout(ticket.userTimeout, context: context)
        guard ticket.admit(at: now()) else {
            refuse(context: context, promise: promise)
            return
        }
        head.headers.remove(name: TicketDesk.header)
        isHeadAlone = true
        isAttemptHeld = ticket.isAttempt
        if isAttemptHeld { Failpoints.before(.write) }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    /// Head and body leave in one system call: the HTTP client flushes after each, and writes the body in the same
    /// turn.
    func flush(context: ChannelHandlerContext) {
        guard !isHeadAlone else { return }
        context.flush()
        if isAttemptHeld { Failpoints.after(.write) }
        isAttemptHeld = false
    }

    /// Closes below TLS. A TLS handler would first flush, say goodbye and wait seconds for an answer; what is
    /// abandoned here must not arrive any more.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        door.slam(promise: promise)
    }

    private func refuse(context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        isRefusing = true
        promise?.fail(HeldBack())
        // In the next turn: the HTTP client is in the middle of its write and not ready to hear that the connection
        // is gone.
        let door = self.door
        context.eventLoop.assumeIsolated().execute { door.slam(promise: nil) }
    }

    private func applyUserTimeout(_ milliseconds: Int, context: ChannelHandlerContext) {
        guard milliseconds != userTimeout else { return }
        userTimeout = milliseconds
        ResettingSocket.setUserTimeout(milliseconds, on: context.channel)
    }
}

/// A write that the gate did not let pass.
struct HeldBack: Error {}
