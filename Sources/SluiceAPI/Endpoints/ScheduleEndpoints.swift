import Hummingbird
import SluiceOperations

/// Messages that recur.
enum ScheduleEndpoints {
    /// - Parameter creating: whether a workspace or a sender that is not there is made.
    static func all(creating: Bool) -> [Endpoint] {
        [
            Endpoint(
                .post, "/api/v1/schedules", for: .send, "Keeps a message that goes out whenever a pattern comes round.",
                fails: JobEndpoints.unsendable
            ) { (call, request: ScheduleRequest) in
                let workspace = try call.caller.workspace(asked: request.workspaceId)
                return try await call.session.addSchedule(request, in: workspace, creating: creating)
            },
            Endpoint(.get, "/api/v1/schedules", for: .read, "Schedules, by id.", query: QueryParameter.page) { call in
                try await call.session.schedules(
                    in: try call.workspace(), after: call[.cursor], most: call.whole(.limit))
            },
            one(.get, "", for: .read, "One schedule.") { try await $0.schedule($1, in: $2) },
            one(.delete, "", for: .send, "Ends a schedule; its messages that wait still go out.") {
                try await $0.removeSchedule($1, in: $2)
            },
            one(.post, "/pause", for: .send, "It makes no more messages until it is resumed.") {
                try await $0.pauseSchedule($1, in: $2)
            },
            one(.post, "/resume", for: .send, "It goes on with its next run.") {
                try await $0.resumeSchedule($1, in: $2)
            },
        ]
    }

    /// What is asked about one schedule.
    private static func one(
        _ method: HTTPRequest.Method, _ path: String, for scope: APIKeyScope, _ summary: String,
        _ perform:
            @escaping @Sendable (OperatorSession, _ id: String, _ workspace: String) async throws
            -> ScheduleAnswer
    ) -> Endpoint {
        Endpoint(
            method, "/api/v1/schedules/:id\(path)", for: scope, summary, query: [.workspace],
            fails: [.notFound("schedule")]
        ) { call in
            try await perform(call.session, try call.parameter("id"), try call.workspace())
        }
    }
}
