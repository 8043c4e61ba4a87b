import Glibc
import Logging
import ServiceLifecycle
import SluiceConfig
import SluiceCore
import SluiceTelemetry
import UnixSignals

/// What the roles have in common: settings, logs, the health server and how they stop.
struct RoleProcess: Sendable {
    let settings: Settings
    let metrics: PrometheusMetrics
    let logger: Logger

    init(role: NodeRole, options: SettingsOptions, adding more: [String: String?] = [:]) throws(SettingsError) {
        settings = try options.settings(adding: more)
        _ = try settings.requireDatabaseURL()
        metrics = Telemetry.bootstrap(
            role: role.rawValue, node: settings.nodeName, level: settings.telemetryLevel,
            format: settings.telemetryFormat)
        logger = Logger(label: "sluice." + role.rawValue)
    }

    /// Runs the health server and `node` until a signal; the node stops first, so that it is watched to its end.
    func run(_ node: any Service, readiness: @escaping @Sendable () async -> Readiness) async throws {
        let health = HealthServer(
            host: settings.httpHost, port: settings.httpPort, metrics: metrics, logger: logger, readiness: readiness)
        try await SignaledServices.run([health, node], logger: logger)
    }
}

/// Runs services until SIGTERM or SIGINT.
enum SignaledServices {
    private static let signals: [UnixSignal] = [.sigterm, .sigint]

    /// The first signal stops the services in reverse order, each in its own time. The second ends the process at once: a person who
    /// presses Ctrl-C twice means it, and every state that matters is in the database.
    static func run(_ services: [any Service], logger: Logger) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: signals, logger: logger.atLeast(.notice)))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await endOnSecondSignal() }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private static func endOnSecondSignal() async {
        var count: Int32 = 0
        for await signal in await UnixSignalsSequence(trapping: signals) {
            count += 1
            if count == 2 { _exit(128 + signal.rawValue) }
        }
    }
}
