internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// The making of a connection: name, TCP and TLS. On the event loop.
final class Connecting {
    private let target: RequestTarget
    private let loop: any EventLoop
    /// Nothing is left but to write requests.
    private let isReady: EventLoopPromise<Void>

    init(to target: RequestTarget, on loop: any EventLoop) {
        self.target = target
        self.loop = loop
        isReady = loop.makePromise()
    }

    /// Makes a channel of door, TLS, the library's encoder and decoder, and the last handler.
    ///
    /// - Parameter ended: told once, whether it is there; after `limit` that it is not.
    func begin(door: SocketDoor, last: HTTPConnection, within limit: TimeAmount, ended: @escaping (Bool) -> Void) {
        let patience = loop.assumeIsolated().scheduleTask(in: limit) { last.fail(.timeout) }
        let handlers = NIOLoopBound((self, door, last), eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelInitializer { channel in
                let (this, door, last) = handlers.value
                do {
                    try this.add(door, last, to: channel.pipeline.syncOperations)
                } catch {
                    return channel.eventLoop.makeFailedFuture(error)
                }
                return ResettingSocket.configure(channel)
            }
            .connect(host: target.origin.host, port: target.origin.port)
            .flatMap { [isReady] _ in isReady.futureResult }
            .assumeIsolated()
            .whenComplete { result in
                patience.cancel()
                switch result {
                case .success: ended(true)
                case .failure:
                    self.failed()
                    ended(false)
                }
            }
    }

    private func add(
        _ door: SocketDoor, _ last: HTTPConnection, to pipeline: ChannelPipeline.SynchronousOperations
    ) throws {
        try pipeline.addHandler(door)
        if let tls = target.tls {
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: target.serverName))
        }
        // Headers are checked before anything is done with a request (`HeaderField.isValid`).
        try pipeline.addHTTPClientHandlers(enableOutboundHeaderValidation: false)
        try pipeline.addHandler(last)
    }

    func isOpen() {
        if target.tls == nil { isReady.succeed() }
    }

    func note(_ event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { isReady.succeed() }
    }

    /// It will not be ready. Without effect when it is.
    func failed() {
        isReady.fail(ChannelError.ioOnClosedChannel)
    }
}
