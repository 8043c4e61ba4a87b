import Hummingbird
import SluiceOperations

/// Messages that recur.
enum ScheduleEndpoints {
    /// - Parameter creating: whether a workspace or a sender that is not there is made.
    static func all(creating: Bool) -> [Endpoint] {
        [
            Endpoint(.post, "/api/v1/schedules", for: .send) { call in
                let request = try call.body.decode(ScheduleRequest.self)
                let workspace = try call.caller.workspace(asked: request.workspaceId)
                return try Answer.data(
                    try await call.session.addSchedule(request, in: workspace, creating: creating))
            },
            Endpoint(.get, "/api/v1/schedules", for: .read) { call in
                let workspace = try call.caller.workspace(asked: call.optionalQuery("workspaceId"))
                return try Answer.data(
                    try await call.session.schedules(
                        in: workspace, after: call.optionalQuery("cursor"), most: try call.pageLength()))
            },
            one(.get, "", for: .read) { try await $0.schedule($1, in: $2) },
            one(.delete, "", for: .send) { try await $0.removeSchedule($1, in: $2) },
            one(.post, "/pause", for: .send) { try await $0.pauseSchedule($1, in: $2) },
            one(.post, "/resume", for: .send) { try await $0.resumeSchedule($1, in: $2) },
        ]
    }

    /// What is asked about one schedule; what is not there, and what is another workspace's, is not found.
    private static func one(
        _ method: HTTPRequest.Method, _ path: String, for scope: APIKeyScope,
        _ perform:
            @escaping @Sendable (OperatorSession, _ id: String, _ workspace: String) async throws
            -> ScheduleAnswer
    ) -> Endpoint {
        Endpoint(method, "/api/v1/schedules/:id\(path)", for: scope) { call in
            let workspace = try call.caller.workspace(asked: call.optionalQuery("workspaceId"))
            do {
                return try Answer.data(try await perform(call.session, try call.parameter("id"), workspace))
            } catch let error as OperationsError {
                guard case .notFound = error else { throw error }
                throw APIError(.notFound, error.code, "\(error)")
            }
        }
    }
}
