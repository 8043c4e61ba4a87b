import HTTPTypes
import SluiceOperations

/// Who is told what became of messages. An endpoint's address may hold a secret of its receiver's, so even to look takes
/// a key that may manage.
enum OutboundWebhookEndpoints {
    static let all = [
        Endpoint(
            .post, "/api/v1/webhooks", for: .manage, "Adds an endpoint; its secret is told this once.",
            fails: [.refused("unknown_workspace"), .refused("too_many_webhooks")]
        ) { (call, request: WebhookRequest) in
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try await call.session.addWebhook(request.url, events: request.events ?? [], in: workspace)
        },
        Endpoint(
            .get, "/api/v1/webhooks", for: .manage, "The workspace's endpoints, of which there are few.",
            query: [.workspace]
        ) { call in
            All(webhooks: try await call.session.webhooks(in: try call.workspace()))
        },
        one(.get, "", "One endpoint.") { try await $0.webhook($1, in: $2) },
        one(.delete, "", "Removes an endpoint, and answers with it.") { session, id, workspace in
            let webhook = try await session.webhook(id, in: workspace)
            try await session.removeWebhook(id, in: workspace)
            return webhook
        },
        one(.post, "/enable", "Switches on one that was switched off.") { try await $0.enableWebhook($1, in: $2) },
        Endpoint(
            .get, "/api/v1/webhooks/:id/deliveries", for: .manage, "What it was told, the newest first.",
            query: QueryParameter.page + [state], fails: [missing]
        ) { call in
            try await call.session.webhookDeliveries(
                of: try call.parameter("id"), in: try call.workspace(), state: call[state], after: call[.cursor],
                most: call.whole(.limit))
        },
        Endpoint(
            .post, "/api/v1/webhooks/:id/redeliver", for: .manage, "Tells it one event again, or all that failed.",
            fails: [missing, .notFound("event", field: "event")]
        ) { (call, request: RedeliveryRequest) in
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return Again(
                redelivered: try await call.session.redeliverWebhook(
                    try call.parameter("id"), event: request.event, in: workspace))
        },
    ]

    /// What is asked about one endpoint.
    private static func one(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String,
        _ perform: @escaping @Sendable (OperatorSession, _ id: String, _ workspace: String) async throws -> WebhookLine
    ) -> Endpoint {
        Endpoint(
            method, "/api/v1/webhooks/:id\(path)", for: .manage, summary, query: [.workspace], fails: [missing]
        ) { call in
            try await perform(call.session, try call.parameter("id"), try call.workspace())
        }
    }

    private static let missing = Failure.notFound("webhook")
    private static let state = QueryParameter("state", .oneOf(["pending", "delivered", "failed"]))

    private struct All: Codable { var webhooks: [WebhookLine] }

    private struct Again: Codable { var redelivered: Int }
}
