internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The sockets and threads of one simulator, from start to stop.
struct Server {
    let running: RunningSimulator
    private let group: MultiThreadedEventLoopGroup
    private let logThread: NIOThreadPool
    private let channel: any Channel
    private let file: LogFile
    private let core: NIOLoopBound<Core>

    /// What lives on the event loop.
    final class Core {
        let gateway: Gateway
        let endpoints: Endpoints
        let writer: LogWriter
        var failure: (any Error)?
        /// Set once bound.
        var channel: (any Channel)?
        /// Called once, when the log holds everything or never will.
        private var onStop: (() -> Void)?

        init(
            _ configuration: SimulatorConfiguration, _ recovery: LogRecovery, _ file: LogFile, _ thread: NIOThreadPool,
            _ loop: any EventLoop
        ) {
            let failed = FailureRelay()
            writer = LogWriter(file: file, loop: loop, thread: thread) { failed.core?.fail($0) }
            gateway = Gateway(configuration: configuration, recovery: recovery, log: writer, loop: loop)
            endpoints = Endpoints(gateway: gateway)
            failed.core = self
            gateway.keepTime()
        }

        private func fail(_ error: any Error) {
            failure = error
            channel?.close(promise: nil)
            closeConnections()
            stopped()
        }

        /// Ends what is open; `done` runs when the log holds that, or at once when it cannot.
        func stop(_ done: @escaping () -> Void) {
            guard failure == nil else { return done() }
            onStop = done
            // A request that comes in behind this would have its line, but nobody to wait for it.
            gateway.hostMode = .reset
            gateway.endAll(code: "SHUTDOWN", hanging: false)
            writer.afterCommit { [self] in stopped() }
        }

        private func stopped() {
            onStop?()
            onStop = nil
        }

        func closeConnections() {
            for connection in gateway.connections.values { connection.reset() }
        }
    }

    /// The writer must be made before the core it reports to.
    private final class FailureRelay {
        weak var core: Core?
    }

    static func start(_ configuration: SimulatorConfiguration) async throws -> Server {
        let file = try LogFile(path: configuration.logPath, syncs: configuration.syncsLog)
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let loop = group.next()
            let recovery = try await thread.runIfActive { try recover(configuration, file) }
            let core = try await loop.submit {
                NIOLoopBound(Core(configuration, recovery, file, thread, loop), eventLoop: loop)
            }.get()
            let channel = try await bind(configuration, core, group)
            try await loop.submit { core.value.channel = channel }.get()
            let running = RunningSimulator(
                host: configuration.host, port: channel.localAddress?.port ?? configuration.port,
                logPath: configuration.logPath, channel: channel)
            return Server(
                running: running, group: group, logThread: thread, channel: channel, file: file, core: core)
        } catch {
            try await thread.shutdownGracefully()
            try await group.shutdownGracefully()
            file.shut()
            throw error
        }
    }

    private static func recover(
        _ configuration: SimulatorConfiguration, _ file: LogFile
    ) throws -> LogRecovery {
        var recovery = LogRecovery(rememberedKeys: configuration.limits.rememberedKeys)
        guard file.isRegular else { return recovery }
        try recovery.read(configuration.logPath)
        try file.cut(to: recovery.length)
        return recovery
    }

    private static func bind(
        _ configuration: SimulatorConfiguration, _ core: NIOLoopBound<Core>, _ group: MultiThreadedEventLoopGroup
    ) async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4_096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let core = core.value
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)),
                        ConnectionHandler(gateway: core.gateway, endpoints: core.endpoints),
                    ])
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
    }

    /// Ends every open request, commits the log and lets go of everything.
    ///
    /// - Throws: why the log could not be written, if it could not.
    func stop() async throws {
        if channel.isActive { try await channel.close() }
        let core = core
        let loop = group.next()
        let committed = loop.makePromise(of: Void.self)
        loop.execute {
            core.value.stop { committed.succeed() }
        }
        try await committed.futureResult.get()
        let failure = try await loop.submit {
            core.value.closeConnections()
            return core.value.failure
        }.get()
        try await group.shutdownGracefully()
        try await logThread.shutdownGracefully()
        file.shut()
        if let failure { throw failure }
    }
}
