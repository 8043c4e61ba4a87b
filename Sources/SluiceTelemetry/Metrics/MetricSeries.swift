import Metrics
import Synchronization

/// The label pairs of one series, written as Prometheus wants them: `{a="1",b="2"}`, or nothing.
struct LabelSet: Hashable, Comparable, Sendable {
    let text: String

    static let overflow = LabelSet([("overflow", "true")])

    init(_ dimensions: [(String, String)]) {
        pairs = dimensions.map { "\(PrometheusText.labelName($0.0))=\"\(PrometheusText.escaped(label: $0.1))\"" }
            .sorted()
        text = pairs.isEmpty ? "" : "{" + pairs.joined(separator: ",") + "}"
    }

    private let pairs: [String]

    /// The same labels and one more.
    func adding(_ name: String, _ value: String) -> String {
        "{" + (pairs + ["\(name)=\"\(value)\""]).joined(separator: ",") + "}"
    }

    static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// A number that only rises.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler, Sendable {
    private let value = Mutex<Double>(0)

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) {
        guard amount > 0 else { return }
        value.withLock { $0 += amount }
    }

    func reset() { value.withLock { $0 = 0 } }

    var current: Double { value.withLock { $0 } }
}

/// A number that goes up and down. Serves swift-metrics' `Meter` and its `Gauge` (a recorder that does not aggregate).
final class GaugeSeries: MeterHandler, RecorderHandler, Sendable {
    private let value = Mutex<Double>(0)

    func set(_ new: Int64) { set(Double(new)) }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ new: Int64) { set(Double(new)) }
    func record(_ new: Double) { set(new) }

    var current: Double { value.withLock { $0 } }
}

/// How often values fell below each of a fixed list of bounds. Serves `Timer` (in seconds) and `Recorder`.
final class HistogramSeries: TimerHandler, RecorderHandler, Sendable {
    /// Seconds, from a statement's 0.5 ms to a slow gateway's 60 s; p50 to p99 of both fall between two bounds that are
    /// near.
    static let secondsBounds: [Double] = [
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Sizes of batches and queues.
    static let countBounds: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

    struct Snapshot: Sendable {
        /// One count per bound and one for what is above them all; not cumulative.
        var counts: [UInt64]
        var sum: Double
    }

    let bounds: [Double]
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
    }

    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[index] += 1
            $0.sum += value
        }
    }

    var snapshot: Snapshot { state.withLock { $0 } }
}

/// Takes what cannot be shown: a name that is in use for another kind of metric.
final class DiscardedSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler,
    Sendable
{
    func increment(by amount: Int64) {}
    func increment(by amount: Double) {}
    func decrement(by amount: Double) {}
    func reset() {}
    func set(_ value: Int64) {}
    func set(_ value: Double) {}
    func record(_ value: Int64) {}
    func record(_ value: Double) {}
    func recordNanoseconds(_ duration: Int64) {}
}
