import Hummingbird
public import Logging
import NATSDriver
import PostgresDriver
public import ServiceLifecycle
import SluiceOperations
import SluiceStore
public import SluiceTelemetry

/// The HTTP API's server. Runs until its task is cancelled or the service group shuts down.
public struct APIServer: Service {
    private let configuration: APIConfiguration
    private let metrics: PrometheusMetrics
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let pool: PostgresPool
    private let leasePool: PostgresPool

    /// - Parameter onListening: is told the port that was bound.
    public init(
        configuration: APIConfiguration, metrics: PrometheusMetrics, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(APIConfigurationError) {
        try configuration.requireLoopback()
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        self.onListening = onListening
        pool = PostgresPool(
            configuration.database,
            limits: PostgresPoolConfiguration(
                maximumConnections: configuration.connections, minimumConnections: 1, maximumWaiters: 256,
                acquireDeadline: .seconds(2)))
        var leases = configuration.database
        leases.settings = SluiceStore.sessionSettings(isDurable: true)
        leasePool = PostgresPool(
            leases, limits: PostgresPoolConfiguration(maximumConnections: 1, minimumConnections: 1))
    }

    /// Throws when the port cannot be bound. Neither the database nor NATS has to be there yet.
    public func run() async throws {
        var options = configuration.nats
        options.retryInitialConnect = true
        try await NATSConnection.withConnection(options) { nats in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pool in [pool, leasePool] { group.addTask { try await pool.run() } }
                try await present(on: nats)
                group.cancelAll()
            }
        }
    }

    /// Serves as a node of the cluster, until a graceful shutdown or until cancelled. The former gives the lease back.
    private func present(on nats: NATSConnection) async throws {
        let served = ServedRequests()
        let presence = Presence(
            configuration: configuration, leases: NodeLifecycle(pool: leasePool), nats: nats, served: served,
            logger: logger)
        let session = OperatorSession(
            database: pool, nats: nats, subjects: configuration.subjects, actor: "api", windows: configuration.windows)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await presence.run() }
            try await serve(session, served)
            group.cancelAll()
        }
        // Cancelled instead of asked to stop: no statement would be sent any more.
        if !Task.isCancelled { await presence.leave() }
    }

    /// Ready when the database answers. NATS only makes things faster.
    public func readiness() async -> Readiness {
        do {
            try await pool.query("SELECT 1", deadline: .milliseconds(500))
            return .ready
        } catch {
            return Readiness(reasons: [Readiness.Reason(code: "database_unreachable", detail: "\(error)")])
        }
    }

    private func serve(_ session: OperatorSession, _ served: ServedRequests) async throws {
        let router = Router()
        router.addMiddleware { ErrorsAsJSON(logger: logger) }
        router.addHealthRoutes(metrics: metrics, readiness: readiness)
        Routes(session: session, served: served).add(to: router)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                logger.info("API listens", metadata: ["port": .stringConvertible(port)])
                onListening(port)
            },
            logger: logger.atLeast(.warning))
        try await application.run()
    }
}
