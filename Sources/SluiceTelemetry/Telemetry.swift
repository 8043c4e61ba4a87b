public import Logging
import Metrics

/// Sets a process up to tell about itself. Called once, by an executable, before anything logs.
public enum Telemetry {
    /// Directs swift-log to standard error and swift-metrics to the store that is returned.
    ///
    /// - Parameters:
    ///   - role: what this process is (`shard`), on every log line.
    ///   - node: which one it is (`shard-1`), on every log line; nil for commands that are no node.
    public static func bootstrap(
        role: String, node: String?, level: Logger.Level, format: LogFormat
    ) -> PrometheusMetrics {
        var common: Logger.Metadata = ["role": .string(role)]
        if let node { common["node"] = .string(node) }
        LoggingSystem.bootstrap { [common] label in
            SluiceLogHandler(label: label, format: format, level: level, metadata: common)
        }
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }
}
