import Hummingbird
import SluiceOperations

/// What the cluster is doing.
enum ClusterEndpoints {
    static func all() -> [Endpoint] {
        let desk = StatusDesk()
        return [
            Endpoint(
                .get, "/api/v1/status", for: .read, isClusterWide: true, "How the cluster is, and what is wrong."
            ) { call in
                await desk.report(call.session)
            }
        ]
    }
}

/// Keeps the last status for a second, so that dashboards cost one look at the cluster however many there are.
private actor StatusDesk {
    private static let kept: Duration = .seconds(1)
    private var reader: StatusReader?
    private var last: (report: StatusReport, at: ContinuousClock.Instant)?

    func report(_ session: OperatorSession) async -> StatusReport {
        if let last, ContinuousClock.now - last.at < Self.kept { return last.report }
        // A copy, because another request may come in while this one waits; whichever ends last is kept.
        var reader = reader ?? StatusReader(session)
        let report = await reader.read()
        self.reader = reader
        last = (report, .now)
        return report
    }
}
