import Logging
import ServiceLifecycle
import SluiceConfig
import SluiceCore
import SluiceFailpoints
import SluiceTelemetry

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
        armFailpoints()
    }

    private func armFailpoints() {
        guard !settings.failpoints.isEmpty else { return }
        let list = settings.failpoints.map(\.description).joined(separator: ",")
        logger.critical(
            "failpoints are armed: this process will kill or stop itself", metadata: ["failpoints": "\(list)"])
        Failpoints.arm(settings.failpoints, node: settings.nodeName, notes: settings.failpointNotes)
    }

    /// Runs the health server and `node` until a signal; the node stops first, so that it is watched to its end.
    func run(_ node: any Service, readiness: @escaping @Sendable () async -> Readiness) async throws {
        let health = HealthServer(
            host: settings.httpHost, port: settings.httpPort, metrics: metrics, logger: logger, readiness: readiness)
        try await SignaledServices.run([health, node], logger: logger)
    }
}
