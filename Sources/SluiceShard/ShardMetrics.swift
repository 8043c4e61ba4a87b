internal import CoreMetrics
internal import SluiceCore

/// The shard's metrics, made once.
struct ShardMetrics: Sendable {
    let undecodable = Counter(label: "sluice_shard_undecodable_messages_total")
    private let sent = Counter(label: "sluice_shard_attempts_total", dimensions: [("outcome", "sent")])
    private let refused = Counter(label: "sluice_shard_attempts_total", dimensions: [("outcome", "refused")])
    private let unknown = Counter(label: "sluice_shard_attempts_total", dimensions: [("outcome", "unknown")])
    private let aborted = Counter(label: "sluice_shard_attempts_total", dimensions: [("outcome", "aborted")])
    private let request = Timer(label: "sluice_shard_request_seconds")
    private let openRequests = Gauge(label: "sluice_shard_open_requests")
    private let queuedClaims = Gauge(label: "sluice_shard_queued_claims")
    private let ready = Gauge(label: "sluice_shard_ready")
    private let statements = perStatement { Timer(label: "sluice_shard_statement_seconds", dimensions: $0) }
    private let failures = perStatement { Counter(label: "sluice_shard_failed_statements_total", dimensions: $0) }

    private static func perStatement<Metric>(_ make: ([(String, String)]) -> Metric) -> [StatementName: Metric] {
        Dictionary(uniqueKeysWithValues: StatementName.allCases.map { ($0, make([("statement", $0.rawValue)])) })
    }

    func statement(_ name: StatementName, took duration: Duration, succeeded: Bool) {
        statements[name]?.recordNanoseconds(duration.wholeNanoseconds)
        if !succeeded { failures[name]?.increment() }
    }

    func ended(_ outcome: Outcome, took duration: Duration) {
        request.recordNanoseconds(duration.wholeNanoseconds)
        switch outcome {
        case .sent: sent.increment()
        case .refused: refused.increment()
        case .unknown: unknown.increment()
        case .aborted: aborted.increment()
        }
    }

    func gauge(openRequests open: Int, queuedClaims queued: Int, isReady: Bool) {
        openRequests.record(open)
        queuedClaims.record(queued)
        ready.record(isReady ? 1 : 0)
    }
}
