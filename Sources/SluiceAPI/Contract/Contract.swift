import HTTPTypes
import SluiceCore
import SluiceOperations

/// All that the API serves: what dispatches requests and what the document says, from the same declarations.
struct Contract: Sendable {
    static let documentPath = "/openapi.json"

    let endpoints: [Endpoint]

    init(createsSenders: Bool = false) {
        endpoints =
            ClusterEndpoints.all() + ContactEndpoints.all + TemplateEndpoints.all + EventEndpoints.all
            + CampaignEndpoints.all + FlowEndpoints.all + MessageEndpoints.all + SourceEndpoints.all
            + StatsEndpoints.all + ListEndpoints.all
            + OutboundWebhookEndpoints.all
            + JobEndpoints.all(creating: createsSenders) + ScheduleEndpoints.all(creating: createsSenders)
    }

    var operations: [APIOperation] { endpoints.map(\.operation) + [WebhookEndpoint.operation] + Self.open }

    /// What needs no key.
    private static let open = [
        open(documentPath, "This document.", ["application/json": ["type": "object", "required": ["openapi"]]]),
        open("/healthz", "Whether the process lives.", ["text/plain": ["type": "string"]]),
        open("/readyz", "Whether it can do its work.", ["application/json": readiness], statuses: [200, 503]),
        open("/metrics", "Figures in Prometheus' text format.", ["text/plain": ["type": "string"]]),
    ]

    private static func open(
        _ path: String, _ summary: String, _ answer: [String: JSONValue], statuses: [Int] = [200]
    ) -> APIOperation {
        APIOperation(
            method: .get, path: path, summary: summary, access: .everybody, answer: .other(answer, statuses: statuses))
    }

    private static let readiness: JSONValue = [
        "type": "object", "required": ["ready", "reasons"],
        "properties": ["ready": ["type": "boolean"], "reasons": ["type": "array"]],
    ]

    /// The API as a document of OpenAPI 3.1, the same for every server of this version.
    func document() throws -> String {
        try JSONText.compact(try OpenAPIDocument(operations: operations).json()) + "\n"
    }
}
