import Hummingbird
import HummingbirdCore
public import Logging
import NATSDriver
import PostgresDriver
public import ServiceLifecycle
import SluiceOperations
import SluiceStore
public import SluiceTelemetry
import SluiceWebhooks

/// The HTTP API's server. Runs until its task is cancelled or the service group shuts down.
public struct APIServer: Service {
    private let configuration: APIConfiguration
    private let metrics: PrometheusMetrics
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let pool: PostgresPool
    private let leasePool: PostgresPool
    private let courierPool: PostgresPool

    /// - Parameter onListening: is told the port that was bound.
    public init(
        configuration: APIConfiguration, metrics: PrometheusMetrics, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
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
        courierPool = PostgresPool(
            configuration.database, limits: PostgresPoolConfiguration(maximumConnections: 2, minimumConnections: 1))
    }

    /// What `GET /openapi.json` answers.
    public static func document() throws -> String { try Contract().document() }

    /// Neither the database nor NATS has to be there yet; only a server that other machines reach waits for the database
    /// before it listens, to know that there is a key.
    ///
    /// - Throws: when the port cannot be bound, and ``APIConfigurationError``.
    public func run() async throws {
        var options = configuration.nats
        options.retryInitialConnect = true
        try await NATSConnection.withConnection(options) { nats in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pool in [pool, leasePool, courierPool] { group.addTask { try await pool.run() } }
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
            group.addTask {
                await WebhookCourier(
                    database: courierPool, allowsPrivateAddresses: configuration.webhookPrivateAddresses,
                    logger: logger
                ).run()
            }
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

    /// Returns once there is a key, if there has to be one.
    private func requireKey(_ session: OperatorSession) async throws {
        guard configuration.isOpenToNetwork else { return }
        let outage = OutageLog("looking for an API key", logger: logger)
        var pace = RetryPace(first: .milliseconds(200), cap: .seconds(2))
        while !Task.isCancelled {
            do {
                if try await session.checkKey(nil) == .unneeded {
                    throw APIConfigurationError.noKey(host: configuration.host)
                }
                return outage.worked()
            } catch let error as PostgresError {
                outage.failed(error)
                pace.failed()
                await pace.wait()
            }
        }
    }

    /// Every route there is; ``Contract`` declares the same.
    func router(_ session: OperatorSession, _ served: ServedRequests) throws -> Router<BasicRequestContext> {
        let contract = Contract(createsSenders: configuration.createsSenders)
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            ErrorsAsJSON(logger: logger)
            WrongMethod(operations: contract.operations)
        }
        router.addHealthRoutes(metrics: metrics, readiness: readiness)
        let gate = Gate(
            session: session, rates: RequestRates(perSecond: configuration.requestsPerSecond),
            isOpenToNetwork: configuration.isOpenToNetwork)
        Dispatch(session: session, gate: gate, served: served, readDeadline: configuration.readDeadline)
            .add(contract.endpoints, to: router)
        WebhookEndpoint(
            configuration: configuration, session: session, served: served, receipts: ReceiptMetrics(metrics),
            logger: logger
        ).add(to: router)
        let document = ByteBuffer(string: try contract.document())
        router.get(RouterPath(Contract.documentPath)) { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: document))
        }
        return router
    }

    private func serve(_ session: OperatorSession, _ served: ServedRequests) async throws {
        try await cancelWhenGracefulShutdown { try await requireKey(session) }
        let application = Application(
            router: try router(session, served),
            server: .http1(configuration: .init(idleTimeout: .init(configuration.idleTimeout))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.clientConnections)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                logger.info("API listens", metadata: ["port": .stringConvertible(port)])
                onListening(port)
            },
            logger: logger.atLeast(.warning))
        try await application.run()
    }
}
