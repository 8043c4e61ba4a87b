import Hummingbird
public import Logging
public import ServiceLifecycle
public import SluiceTelemetry

/// The HTTP API's server. Runs until its task is cancelled or the service group shuts down.
public struct APIServer: Service {
    private let host: String
    private let port: Int
    private let metrics: PrometheusMetrics
    private let logger: Logger

    public init(host: String, port: Int, metrics: PrometheusMetrics, logger: Logger) {
        self.host = host
        self.port = port
        self.metrics = metrics
        self.logger = logger
    }

    /// Throws when the port cannot be bound.
    public func run() async throws {
        let router = Router()
        router.addHealthRoutes(metrics: metrics, readiness: readiness)
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { _ in logger.info("API listens", metadata: ["port": .stringConvertible(port)]) },
            logger: logger)
        try await application.run()
    }

    public func readiness() async -> Readiness { .ready }
}
