import Metrics
import Testing

@testable import SluiceTelemetry

@Suite struct PrometheusMetricsTests {
    private let metrics = PrometheusMetrics()

    @Test func `counters and gauges are written with sorted labels`() {
        Counter(label: "sluice_sent_total", dimensions: [("outcome", "sent"), ("dialect", "gowa")], factory: metrics)
            .increment(by: 3)
        Counter(label: "sluice_sent_total", dimensions: [("dialect", "gowa"), ("outcome", "sent")], factory: metrics)
            .increment()
        Gauge(label: "sluice_slots", factory: metrics).record(4096)
        Meter(label: "sluice.depth", factory: metrics).set(1.5)
        #expect(
            metrics.exposition() == """
                # TYPE sluice_depth gauge
                sluice_depth 1.5
                # TYPE sluice_sent_total counter
                sluice_sent_total{dialect="gowa",outcome="sent"} 4
                # TYPE sluice_slots gauge
                sluice_slots 4096

                """)
    }

    @Test func `a timer is a cumulative histogram in seconds`() {
        let timer = Timer(label: "sluice_claim_seconds", factory: metrics)
        timer.recordMilliseconds(1)
        timer.recordMilliseconds(20)
        timer.recordSeconds(100)
        let lines = metrics.exposition().split(separator: "\n")
        #expect(lines.contains("sluice_claim_seconds_bucket{le=\"0.0005\"} 0"))
        #expect(lines.contains("sluice_claim_seconds_bucket{le=\"0.001\"} 1"))
        #expect(lines.contains("sluice_claim_seconds_bucket{le=\"0.025\"} 2"))
        #expect(lines.contains("sluice_claim_seconds_bucket{le=\"60\"} 2"))
        #expect(lines.contains("sluice_claim_seconds_bucket{le=\"+Inf\"} 3"))
        #expect(lines.contains("sluice_claim_seconds_count 3"))
        #expect(lines.contains("sluice_claim_seconds_sum 100.021"))
    }

    @Test func `a label with too many values ends in one overflow series`() {
        for value in 0..<(PrometheusMetrics.seriesLimit + 50) {
            Counter(label: "sluice_x_total", dimensions: [("device", "\(value)")], factory: metrics).increment()
        }
        let lines = metrics.exposition().split(separator: "\n")
        #expect(lines.count == PrometheusMetrics.seriesLimit + 2)
        #expect(lines.contains("sluice_x_total{overflow=\"true\"} 50"))
    }

    @Test func `a name of another kind is ignored, not fatal`() {
        Counter(label: "sluice_y", factory: metrics).increment()
        Gauge(label: "sluice_y", factory: metrics).record(9)
        #expect(metrics.exposition() == "# TYPE sluice_y counter\nsluice_y 1\n")
    }

    @Test func `labels are escaped`() {
        Counter(label: "sluice_z", dimensions: [("1 a", "x\"\\\ny")], factory: metrics).increment()
        #expect(metrics.exposition().contains("sluice_z{__a=\"x\\\"\\\\\\ny\"} 1"))
    }
}
