internal import NIOCore

/// The first handler above the socket. Keeps the way to it, so that a close need not pass through TLS.
final class SocketDoor: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Closes the socket now. With ``ResettingSocket`` that is a reset.
    func slam() {
        // Without a pipeline the socket is gone.
        context?.close(mode: .all, promise: nil)
    }
}
