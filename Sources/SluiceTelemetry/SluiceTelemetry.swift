/// SluiceTelemetry: what a process tells the outside about itself.
///
/// Why it exists: every role logs, counts and answers health checks in the same way, so that one dashboard, one log
/// pipeline and one probe fit all of them. It also holds the clock that the pure core is not allowed to read.
///
/// Parts:
/// - ``SystemClock``: the monotonic clock the machines run on, and the wall clock for time stamps.
/// - `Logging/`: swift-log handlers that write JSON lines, or colored text on a terminal.
/// - `Metrics/`: a swift-metrics backend that serves the Prometheus text format.
/// - `Health/`: `/healthz`, `/readyz` and `/metrics` over HTTP.
///
/// Invariants:
/// - No phone number, message body or secret reaches a log or a metric (I25): see ``LogMasking``.
/// - What it keeps is bounded: a metric name has at most ``PrometheusMetrics/seriesLimit`` label sets, a log line at
///   most ``LogLine/byteLimit`` bytes.
///
/// How it fails: a log line that cannot be written is dropped, because telling must never stop the work; a port that is
/// taken makes ``HealthServer/run()`` throw, because a node nobody can probe must not pretend to be healthy.
public enum SluiceTelemetry {}
