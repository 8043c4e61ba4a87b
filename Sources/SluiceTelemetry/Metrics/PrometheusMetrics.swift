public import Metrics
import Synchronization

/// Keeps a process's metrics and serves them as Prometheus text.
///
/// A series is found under a lock when it is made and is kept for the life of the process; counting in it takes that
/// series' own lock for one addition. The names and label sets are bounded: what goes beyond is counted in one
/// `overflow` series of the name, so that a label with too many values costs detail and never memory.
public final class PrometheusMetrics: MetricsFactory, Sendable {
    /// How many label sets one name may have.
    public static let seriesLimit = 200
    /// How many names there may be.
    public static let nameLimit = 500

    private enum Kind: String { case counter, gauge, histogram }

    private enum Series {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
    }

    private struct Family {
        var kind: Kind
        var series: [LabelSet: Series] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    /// All metrics, sorted by name and labels.
    public func exposition() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                switch series {
                case .counter(let counter): text += "\(name)\(labels.text) \(PrometheusText.number(counter.current))\n"
                case .gauge(let gauge): text += "\(name)\(labels.text) \(PrometheusText.number(gauge.current))\n"
                case .histogram(let histogram):
                    PrometheusText.append(histogram, name: name, labels: labels, to: &text)
                }
            }
        }
        return text
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions) ?? DiscardedSeries()
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions) ?? DiscardedSeries()
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions) ?? DiscardedSeries()
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if !aggregate { return gauge(label, dimensions) ?? DiscardedSeries() }
        return histogram(label, dimensions, bounds: HistogramSeries.countBounds) ?? DiscardedSeries()
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, bounds: HistogramSeries.secondsBounds) ?? DiscardedSeries()
    }

    // swift-metrics destroys a handler when its metric goes. A counter that vanished and came back would look like a
    // restart of the process, so a series stays; the limits above bound how many there can be.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Series

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries? {
        guard case .counter(let series) = series(.counter, label, dimensions, make: { .counter(CounterSeries()) })
        else { return nil }
        return series
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries? {
        guard case .gauge(let series) = series(.gauge, label, dimensions, make: { .gauge(GaugeSeries()) })
        else { return nil }
        return series
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)], bounds: [Double]) -> HistogramSeries? {
        let made = series(.histogram, label, dimensions, make: { .histogram(HistogramSeries(bounds: bounds)) })
        guard case .histogram(let series) = made else { return nil }
        return series
    }

    /// The series of this name and these labels, made when it is new. Nil when the name is used for another kind.
    private func series(
        _ kind: Kind, _ label: String, _ dimensions: [(String, String)], make: () -> Series
    ) -> Series? {
        let name = PrometheusText.metricName(label)
        var labels = LabelSet(dimensions)
        return families.withLock { families in
            if families[name] == nil, families.count >= Self.nameLimit { return nil }
            var family = families[name] ?? Family(kind: kind)
            guard family.kind == kind else { return nil }
            if family.series[labels] == nil, family.series.count >= Self.seriesLimit { labels = .overflow }
            if let known = family.series[labels] { return known }
            let new = make()
            family.series[labels] = new
            families[name] = family
            return new
        }
    }
}
