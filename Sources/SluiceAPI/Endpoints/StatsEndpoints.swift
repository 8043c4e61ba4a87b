import Hummingbird
import SluiceOperations

/// Statistics as the users' dashboards read them: the JSON they know, with nothing around it.
enum StatsEndpoints {
    static let all = [
        Endpoint(
            bare: "/stats/trigger-run/:id", "What became of one run of a trigger.", query: [.workspace],
            fails: [.notFound("trigger run")]
        ) { call in
            try await call.session.triggerRunStats(try call.runID(of: "trigger run"), in: try call.onlyWorkspace())
        },
        Endpoint(bare: "/stats/queue", "How many messages wait, are being sent and are done.", query: [.workspace]) {
            call in
            try await call.session.queueStats(in: try call.onlyWorkspace())
        },
        Endpoint(
            bare: "/stats/circuit-breaker", "Gateways, devices and pages that are left alone now.",
            query: [.workspace]
        ) { call in
            try await call.session.openCircuits(in: try call.onlyWorkspace())
        },
    ]
}

extension Call {
    /// The workspace that is asked about; nil: all of them, for callers who see all and name none.
    fileprivate func onlyWorkspace() throws -> String? {
        guard self[.workspace] != nil else { return caller.onlyWorkspace }
        return try workspace()
    }
}
