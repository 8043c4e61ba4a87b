import Hummingbird
import SluiceOperations

/// What the cluster is doing.
enum ClusterEndpoints {
    static func all(_ session: OperatorSession) -> [Endpoint] {
        let desk = StatusDesk(session)
        return [
            Endpoint(.get, "/api/v1/status", for: .read, isClusterWide: true) { _ in
                try Answer.data(await desk.report())
            }
        ]
    }
}

/// Keeps the last status for a second, so that dashboards cost one look at the cluster however many there are.
private actor StatusDesk {
    private static let kept: Duration = .seconds(1)
    private var reader: StatusReader
    private var last: (report: StatusReport, at: ContinuousClock.Instant)?

    init(_ session: OperatorSession) { reader = StatusReader(session) }

    func report() async -> StatusReport {
        if let last, ContinuousClock.now - last.at < Self.kept { return last.report }
        // A copy, because another request may come in while this one waits; whichever ends last is kept.
        var reader = reader
        let report = await reader.read()
        self.reader = reader
        last = (report, .now)
        return report
    }
}
