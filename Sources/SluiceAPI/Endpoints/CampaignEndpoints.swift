import Hummingbird
import SluiceOperations

/// Campaigns: a flow to all active subscribers of pages.
enum CampaignEndpoints {
    static let all = [
        Endpoint(
            .post, "/api/v1/campaigns", for: .send, "Starts a campaign.",
            fails: FlowEndpoints.unusable + [.refused("unknown_page")]
        ) { (call, request: CampaignRequest) in
            try await call.session.startCampaign(
                request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            .post, "/api/v1/campaigns/forecast", for: .read,
            "Whom a campaign would reach, what it would cost and when it would end. Starts nothing.",
            fails: FlowEndpoints.unusable + [.refused("unknown_page")]
        ) { (call, request: CampaignRequest) in
            try await call.session.forecastCampaign(
                request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            .get, "/api/v1/campaigns", for: .read, "Campaigns, the latest first.", query: QueryParameter.page
        ) { call in
            try await call.session.campaigns(
                in: try call.workspace(), after: call[.cursor], most: call.whole(.limit))
        },
        one(.get, "", for: .read, "One campaign.", fails: []) { try await $0.campaign($1, in: $2) },
        one(.post, "/pause", for: .send, "Nothing of it starts until it is resumed.", fails: ended) {
            try await $0.pauseCampaign($1, in: $2)
        },
        one(.post, "/resume", for: .send, "It goes on.", fails: ended) {
            try await $0.resumeCampaign($1, in: $2)
        },
        one(.post, "/cancel", for: .send, "Ends it for good: whoever was not sent to is not.", fails: ended) {
            try await $0.cancelCampaign($1, in: $2)
        },
    ]

    static let ended: [Failure] = [
        .refused("campaign_finished"), .refused("campaign_failed"), .refused("campaign_cancelled"),
    ]

    /// What is asked about one campaign.
    private static func one(
        _ method: HTTPRequest.Method, _ path: String, for scope: APIKeyScope, _ summary: String, fails: [Failure],
        _ perform:
            @escaping @Sendable (OperatorSession, _ id: Int64, _ workspace: String) async throws -> CampaignLine
    ) -> Endpoint {
        Endpoint(
            method, "/api/v1/campaigns/:id\(path)", for: scope, summary, query: [.workspace],
            fails: [.notFound("campaign")] + fails
        ) { call in
            try await perform(call.session, try call.runID(of: "campaign"), try call.workspace())
        }
    }
}

extension Call {
    /// The id in the path. What is no number is nobody's.
    func runID(of kind: String) throws -> Int64 {
        let text = try parameter("id")
        guard let id = Int64(text) else { throw OperationsError.notFound(kind: kind, given: text, nearest: []) }
        return id
    }
}
