public import FoundationEssentials
internal import PostgresDriver

/// An endpoint as it is shown: without its secret.
public struct WebhookLine: Codable, Hashable, Sendable {
    public var webhookId: String
    public var workspaceId: String
    public var url: String
    public var events: [String]
    public var isActive: Bool
    /// Why it was switched off.
    public var problem: String?
    /// Since when it has taken nothing.
    public var failingSince: Date?
    /// Deliveries that wait for it; 10,000 stands for more.
    public var pending: Int
    public var createdAt: Date

    static let mostPending = 10_000

    /// Over `e`; a condition may follow with AND.
    static let sql = """
        SELECT e.id, e.workspace_id, e.url, e.events, e.is_active, e.problem, e.failing_since, e.created_at,
            (SELECT count(*) FROM (SELECT FROM webhook_deliveries w
                WHERE w.endpoint_id = e.id AND w.state = 'pending' LIMIT \(mostPending)) x)::int AS pending
        FROM webhook_endpoints e WHERE e.removed_at IS NULL
        """

    init(_ row: PostgresRow) throws {
        webhookId = try row.decode(String.self, "id")
        workspaceId = try row.decode(String.self, "workspace_id")
        url = try row.decode(String.self, "url")
        events = try row.decode([String].self, "events")
        isActive = try row.decode(Bool.self, "is_active")
        problem = try row.decode(String?.self, "problem")
        failingSince = try row.date("failing_since")
        pending = Int(try row.decode(Int32.self, "pending"))
        createdAt = try row.date("created_at") ?? .distantPast
    }
}

/// An endpoint that was just added. Its secret is told this once.
public struct NewWebhook: Codable, Hashable, Sendable {
    public var webhookId: String
    public var secret: String
}

/// What an endpoint was told, or is to be.
public struct WebhookDeliveryLine: Codable, Hashable, Sendable {
    public var eventId: String
    public var type: String
    /// `pending`, `delivered` or `failed`.
    public var state: String
    public var attempts: Int
    /// Of the last answer.
    public var status: Int?
    /// Why it was not taken the last time.
    public var problem: String?
    /// When it is told again; nil when it is not.
    public var nextAt: Date?
    public var createdAt: Date

    init(_ row: PostgresRow) throws {
        eventId = try row.decode(String.self, "event_id")
        type = try row.decode(String.self, "type")
        state = try row.decode(String.self, "state")
        attempts = Int(try row.decode(Int32.self, "attempts"))
        status = try row.decode(Int32?.self, "status").map { Int($0) }
        problem = try row.decode(String?.self, "problem")
        nextAt = state == "pending" ? try row.date("next_at") : nil
        createdAt = try row.date("created_at") ?? .distantPast
    }
}

/// So many deliveries, the newest first.
public struct WebhookDeliveryPage: Codable, Hashable, Sendable {
    public var deliveries: [WebhookDeliveryLine]
    /// Where the next page begins; nil on the last.
    public var nextCursor: String?
}
