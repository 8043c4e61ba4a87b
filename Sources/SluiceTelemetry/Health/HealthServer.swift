import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Serves health and metrics of one process over HTTP. Runs until its task is cancelled or the service group shuts
/// down.
public struct HealthServer: Service {
    private let host: String
    private let port: Int
    private let metrics: PrometheusMetrics
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let readiness: @Sendable () async -> Readiness

    /// - Parameters:
    ///   - port: 0 takes any free one.
    ///   - onListening: is told the port that was bound.
    ///   - readiness: asked on each `/readyz`; answers from what the node knows, at once.
    public init(
        host: String = "127.0.0.1", port: Int, metrics: PrometheusMetrics, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in },
        readiness: @escaping @Sendable () async -> Readiness
    ) {
        self.host = host
        self.port = port
        self.metrics = metrics
        self.logger = logger
        self.onListening = onListening
        self.readiness = readiness
    }

    /// Throws when the port cannot be bound.
    public func run() async throws {
        let router = Router()
        router.addHealthRoutes(metrics: metrics, readiness: readiness)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                let bound = channel.localAddress?.port ?? port
                logger.info("health server listens", metadata: ["port": .stringConvertible(bound)])
                onListening(bound)
            },
            logger: logger.atLeast(.warning))
        try await application.run()
    }
}
