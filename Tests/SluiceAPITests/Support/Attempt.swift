import HTTPTypes
import SluiceCore
import SluiceOperations
import Testing

@testable import SluiceAPI

/// A request that an endpoint takes, about what is there in the workspace `default`.
struct Attempt: Sendable, CustomStringConvertible {
    /// What comes of it with the key of another workspace, where nothing is.
    enum Outcome: Hashable, Sendable {
        /// What it is about is not there.
        case notFound
        /// Lists and counts of nothing.
        case nothing
        /// What it names is not there.
        case refused(String)
        /// It is done, and to that workspace only.
        case own
        /// It is for keys of all workspaces.
        case forbidden
    }

    var operation: APIOperation
    /// With its parameters filled in.
    var path: String
    var query = ""
    var body = ""
    var outcome: Outcome

    static let sequence = "6f2b7b4e-9a4b-4b52-8f0c-0d4a3c1b2a10"

    var description: String { "\(operation.method.rawValue) \(path)\(query)" }

    /// Questions first, and what deletes last.
    var turn: Int { [.get, .put, .post, .delete].firstIndex(of: operation.method) ?? 0 }

    var scope: APIKeyScope {
        if case .key(let scope, _) = operation.access { scope } else { .admin }
    }

    func make(_ api: RunningAPI, _ headers: [String: String]) async throws -> RunningAPI.Reply {
        let type = body.isEmpty ? nil : "application/json"
        return try await api.send(operation.method.rawValue, body, to: path + query, type, headers)
    }

    /// The same, naming a workspace; nil where none can be named.
    func naming(workspace: String) throws -> Attempt? {
        var attempt = self
        if operation.query.contains(where: { $0.name == "workspaceId" }) {
            guard !query.contains("workspaceId") else { return nil }
            attempt.query += (query.isEmpty ? "?" : "&") + "workspaceId=\(workspace)"
        } else if body.hasSuffix("}"), case .json(_, let schema) = operation.body,
            try schema()["properties"]["workspaceId"] != [:]
        {
            attempt.body = body.dropLast() + #","workspaceId":"\#(workspace)"}"#
        } else {
            return nil
        }
        return attempt
    }

    /// - Throws: when an endpoint has no line in ``lines``, or a line no endpoint.
    static func ofEveryEndpoint() throws -> [Attempt] {
        let endpoints = Contract().endpoints.map(\.operation)
        let names = endpoints.map { "\($0.method.rawValue) \($0.path)" }
        try #require(Set(names) == Set(lines.keys), "every endpoint needs a line here, and every line an endpoint")
        return zip(names, endpoints).map { name, operation in
            let line = lines[name] ?? Line("", .notFound)
            return Attempt(
                operation: operation, path: line.path, query: line.query, body: line.body, outcome: line.outcome)
        }
    }

    private struct Line: Sendable {
        var path: String, outcome: Outcome, body: String, query: String

        init(_ path: String, _ outcome: Outcome, _ body: String = "", query: String = "") {
            (self.path, self.outcome, self.body, self.query) = (path, outcome, body, query)
        }
    }

    private static let message = """
        {"eventId":1,"contractorId":1,"messageType":"note","messageContent":"A","scheduledTime":"2099-06-01T08:00:00"}
        """
    private static let flow = #"{"name":"hello","nodes":[{"id":"a","type":"message","data":{"text":"Hi"}}]}"#
    private static let campaign = #"{"flowId":"hello","pageIds":[1]}"#
    private static let job = #"{"to":"491512345670","body":"Hi","fromNumber":"628111111111"}"#

    /// By method and path, as they are declared.
    private static let lines: [String: Line] = [
        "GET /api/v1/status": Line("/api/v1/status", .forbidden),
        "GET /api/v1/contacts/:contact/why": Line("/api/v1/contacts/491512345670/why", .notFound),
        "POST /api/v1/enrollments": Line(
            "/api/v1/enrollments", .refused("unknown_sequence"),
            #"{"phone":"491512345670","sequenceId":"\#(sequence)"}"#),
        "POST /api/v1/campaigns": Line("/api/v1/campaigns", .refused("unknown_flow"), campaign),
        "POST /api/v1/campaigns/forecast": Line("/api/v1/campaigns/forecast", .refused("unknown_flow"), campaign),
        "GET /api/v1/campaigns": Line("/api/v1/campaigns", .nothing),
        "GET /api/v1/campaigns/:id": Line("/api/v1/campaigns/1000", .notFound),
        "POST /api/v1/campaigns/:id/pause": Line("/api/v1/campaigns/1000/pause", .notFound),
        "POST /api/v1/campaigns/:id/resume": Line("/api/v1/campaigns/1000/resume", .notFound),
        "POST /api/v1/campaigns/:id/cancel": Line("/api/v1/campaigns/1000/cancel", .notFound),
        "GET /api/v1/campaigns/:id/funnel": Line("/api/v1/campaigns/1000/funnel", .notFound),
        "GET /api/v1/campaigns/:id/forecast": Line("/api/v1/campaigns/1000/forecast", .notFound),
        "GET /api/v1/flows/:flow/funnel": Line("/api/v1/flows/hello/funnel", .notFound),
        "GET /api/v1/sequences/:sequence/funnel": Line("/api/v1/sequences/\(sequence)/funnel", .notFound),
        "POST /api/v1/leads/import": Line("/api/v1/leads/import", .own, #"{"csv":"phone\n491512345699\n"}"#),
        "GET /api/v1/leads/export": Line("/api/v1/leads/export", .nothing),
        "POST /api/v1/subscribers/import": Line(
            "/api/v1/subscribers/import", .forbidden, #"{"csv":"page_id,user_id\n1,491512345699\n"}"#),
        "GET /api/v1/subscribers/export": Line("/api/v1/subscribers/export", .forbidden),
        "POST /api/v1/triggers": Line(
            "/api/v1/triggers", .refused("unknown_flow"), #"{"flowId":"hello","recipient":"491512345670"}"#),
        "POST /api/v1/triggers/:id/cancel": Line("/api/v1/triggers/1000/cancel", .notFound),
        "GET /api/v1/flows": Line("/api/v1/flows", .nothing),
        "POST /api/v1/flows": Line("/api/v1/flows", .own, flow.replacing("hello", with: "another")),
        "GET /api/v1/flows/:flow": Line("/api/v1/flows/hello", .notFound),
        "PUT /api/v1/flows/:flow": Line("/api/v1/flows/hello", .notFound, flow),
        "DELETE /api/v1/flows/:flow": Line("/api/v1/flows/unused", .notFound),
        "POST /api/v1/flow-check": Line("/api/v1/flow-check", .own, #"{"nodes":[]}"#),
        "POST /api/v1/flow-test": Line(
            "/api/v1/flow-test", .refused("unknown_flow"), #"{"flowId":"hello","to":"491512345670"}"#),
        "GET /api/v1/messages": Line("/api/v1/messages", .nothing, query: "?name=trigger_1000_*"),
        "POST /api/v1/webhooks": Line(
            "/api/v1/webhooks", .own, #"{"url":"https://example.com/sluice","events":["message.failed"]}"#),
        "GET /api/v1/webhooks": Line("/api/v1/webhooks", .nothing),
        "GET /api/v1/webhooks/:id": Line("/api/v1/webhooks/whk_1", .notFound),
        "DELETE /api/v1/webhooks/:id": Line("/api/v1/webhooks/whk_1", .notFound),
        "POST /api/v1/webhooks/:id/enable": Line("/api/v1/webhooks/whk_1/enable", .notFound),
        "GET /api/v1/webhooks/:id/deliveries": Line("/api/v1/webhooks/whk_1/deliveries", .notFound),
        "POST /api/v1/webhooks/:id/redeliver": Line(
            "/api/v1/webhooks/whk_1/redeliver", .notFound, #"{"event":"evt_1"}"#),
        "GET /api/v1/sources": Line("/api/v1/sources", .nothing),
        "POST /api/v1/sources/:kind/:id/settings": Line(
            "/api/v1/sources/sequence/\(sequence)/settings", .notFound, #"{"ratePerMinute":60}"#),
        "GET /stats/trigger-run/:id": Line("/stats/trigger-run/1000", .notFound),
        "GET /stats/queue": Line("/stats/queue", .nothing),
        "GET /stats/circuit-breaker": Line("/stats/circuit-breaker", .nothing),
        "GET /api/v1/templates": Line("/api/v1/templates", .nothing),
        "GET /api/v1/templates/:name": Line("/api/v1/templates/greeting", .notFound),
        "PUT /api/v1/templates/:name": Line("/api/v1/templates/greeting", .own, #"{"body":"Mine"}"#),
        "DELETE /api/v1/templates/:name": Line("/api/v1/templates/greeting", .notFound),
        "POST /api/v1/template-preview": Line(
            "/api/v1/template-preview", .refused("unknown_template"), #"{"template":"greeting"}"#),
        "POST /api/v1/template-test": Line(
            "/api/v1/template-test", .refused("unknown_template"), #"{"template":"greeting","to":"491512345670"}"#),
        "POST /api/trigger/send-sms": Line("/api/trigger/send-sms", .refused("unknown_sender"), job),
        "POST /api/trigger/schedule-delay": Line(
            "/api/trigger/schedule-delay", .refused("unknown_sender"),
            job.dropLast() + #","delayMinutes":30}"#),
        "POST /api/trigger/schedule-until": Line(
            "/api/trigger/schedule-until", .refused("unknown_sender"),
            job.dropLast() + #","scheduledTime":"2099-01-01T00:00:00Z"}"#),
        "POST /api/trigger/cancel-job": Line("/api/trigger/cancel-job", .notFound, #"{"jobId":"job_1"}"#),
        "GET /api/trigger/job-status": Line(
            "/api/trigger/job-status", .notFound, query: "?jobId=job_1&workspaceId=default"),
        "GET /api/v1/jobs": Line("/api/v1/jobs", .nothing),
        "POST /api/v1/jobs": Line("/api/v1/jobs", .refused("unknown_sender"), #"{"messages":[\#(job)]}"#),
        "POST /api/v1/schedules": Line(
            "/api/v1/schedules", .refused("unknown_sender"), job.dropLast() + #","cron":"0 9 * * *"}"#),
        "GET /api/v1/schedules": Line("/api/v1/schedules", .nothing),
        "GET /api/v1/schedules/:id": Line("/api/v1/schedules/sched_1", .notFound),
        "DELETE /api/v1/schedules/:id": Line("/api/v1/schedules/sched_1", .notFound),
        "POST /api/v1/schedules/:id/pause": Line("/api/v1/schedules/sched_1/pause", .notFound),
        "POST /api/v1/schedules/:id/resume": Line("/api/v1/schedules/sched_1/resume", .notFound),
        "POST /api/v1/events/messages": Line("/api/v1/events/messages", .notFound, message),
        "POST /api/v1/events/messages/batch": Line(
            "/api/v1/events/messages/batch", .notFound, #"{"messages":[\#(message)]}"#),
        "POST /api/v1/events/messages/preview": Line("/api/v1/events/messages/preview", .notFound, message),
        "GET /api/v1/events/messages": Line("/api/v1/events/messages", .nothing),
        "GET /api/v1/events/messages/:message": Line("/api/v1/events/messages/1", .notFound),
        "POST /api/v1/events/messages/:message/cancel": Line("/api/v1/events/messages/1/cancel", .notFound),
        "POST /api/v1/events/messages/:message/reschedule": Line("/api/v1/events/messages/1/reschedule", .notFound),
        "POST /api/v1/events/messages/:message/response": Line(
            "/api/v1/events/messages/1/response", .notFound, #"{"responseReceived":"8"}"#),
        "GET /api/v1/events/upcoming": Line("/api/v1/events/upcoming", .nothing),
        "GET /api/v1/events/stats": Line("/api/v1/events/stats", .nothing),
        "POST /api/v1/events/:event/plan": Line("/api/v1/events/1/plan", .notFound),
        "POST /api/v1/events/:event/contractors/:contractor/plan": Line(
            "/api/v1/events/1/contractors/1/plan", .notFound),
        "POST /api/v1/events/:event/clear": Line("/api/v1/events/1/clear", .notFound),
        "POST /api/v1/events/:event/contractors/:contractor/clear": Line(
            "/api/v1/events/1/contractors/1/clear", .notFound),
    ]
}
