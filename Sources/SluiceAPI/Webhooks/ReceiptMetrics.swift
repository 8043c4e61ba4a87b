import Metrics
import SluiceOperations
import SluiceTelemetry

/// Counts what gateways tell of messages: `sluice_api_receipts_total` by `verdict`.
struct ReceiptMetrics: Sendable {
    private let counters: [ReceiptVerdict: Counter]

    init(_ metrics: PrometheusMetrics) {
        counters = Dictionary(
            uniqueKeysWithValues: ReceiptVerdict.allCases.map { verdict in
                let dimensions = [("verdict", verdict.rawValue)]
                return (verdict, Counter(label: "sluice_api_receipts_total", dimensions: dimensions, factory: metrics))
            })
    }

    func count(_ verdict: ReceiptVerdict) { counters[verdict]?.increment() }
}
