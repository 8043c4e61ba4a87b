internal import Histogram

/// The latencies of one kind of work, as a result keeps them.
public struct LatencyTable: Sendable, Codable, Hashable {
    public struct Percentile: Sendable, Codable, Hashable {
        public var percentile: Double
        public var milliseconds: Double
    }

    public struct Second: Sendable, Codable, Hashable {
        public var second: Int
        public var p50: Double
        public var p99: Double
    }

    private static let percentiles = [50.0, 75, 90, 95, 99, 99.9, 99.99, 100]

    /// What it is of, in words.
    public var name: String
    public var count: Int
    public var percentiles: [Percentile]
    /// Empty where time says nothing.
    public var bySecond: [Second]

    static func tables(_ book: LatencyBook) -> [LatencyTable] {
        var tables: [LatencyTable] = []
        for workClass in WorkClass.allCases {
            for stage in [LatencyBook.Stage.arrival, .accepted] {
                guard let recorder = book.all[.init(workClass: workClass, stage: stage)] else { continue }
                tables.append(
                    LatencyTable(
                        "\(workClass.rawValue) (priority \(workClass.priority)): intended → \(stage == .arrival ? "request at the gateway" : "accepted")",
                        recorder, stage == .arrival ? book.bySecond[workClass] ?? [:] : [:]))
            }
        }
        if book.afterCommit.totalCount > 0 {
            tables.append(LatencyTable("trigger: committed → request at the gateway", book.afterCommit))
        }
        if book.capFree.totalCount > 0 {
            tables.append(LatencyTable("a cap unit frees → request at the gateway", book.capFree))
        }
        return tables
    }

    private init(
        _ name: String, _ recorder: LatencyBook.Recorder, _ seconds: [Int: LatencyBook.Recorder] = [:]
    ) {
        self.name = name
        count = Int(recorder.totalCount)
        percentiles = Self.percentiles.map {
            Percentile(percentile: $0, milliseconds: recorder.milliseconds($0))
        }
        bySecond = seconds.sorted { $0.key < $1.key }.map {
            Second(second: $0.key, p50: $0.value.milliseconds(50), p99: $0.value.milliseconds(99))
        }
    }
}
