internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

extension OperatorSession {
    /// Endpoints of one workspace.
    public static let mostWebhooks = 100

    /// The workspace's endpoints, by id.
    public func webhooks(in workspace: String) async throws -> [WebhookLine] {
        try await WorkspaceLookup.require(workspace, on: database)
        return try await database.query(
            "\(WebhookLine.sql) AND e.workspace_id = $1 ORDER BY e.id LIMIT \(Self.mostWebhooks)",
            [.string(workspace)]
        ).map { try WebhookLine($0) }
    }

    public func webhook(_ id: String, in workspace: String) async throws -> WebhookLine {
        let rows = try await database.query(
            "\(WebhookLine.sql) AND e.id = $1 AND e.workspace_id = $2", [.string(id), .string(workspace)])
        guard let row = rows.first else { throw Self.unknownWebhook(id) }
        return try WebhookLine(row)
    }

    /// - Parameter events: what it is told of; all when it is empty.
    /// - Throws: ``OperationsError`` for a URL that cannot be called, or when there are ``mostWebhooks`` already.
    public func addWebhook(
        _ url: String, events: [WebhookEvent], in workspace: String
    ) async throws -> NewWebhook {
        guard (8...2_000).contains(url.utf8.count) else {
            throw OperationsError.invalid(field: "url", message: "must have 8 to 2000 bytes")
        }
        do throws(GatewayAddress.Invalid) {
            _ = try GatewayAddress(url)
        } catch {
            throw OperationsError.invalid(field: "url", message: error.reason)
        }
        let names = (events.isEmpty ? WebhookEvent.allCases : events).map(\.rawValue)
        let secret = Self.webhookSecret()
        return try await change { change in
            try await WorkspaceLookup.require(workspace, on: change.transaction)
            let added = try await change.query(
                """
                INSERT INTO webhook_endpoints (workspace_id, url, events, secret)
                SELECT $1, $2, $3, $4
                WHERE (SELECT count(*) FROM webhook_endpoints WHERE workspace_id = $1 AND removed_at IS NULL)
                    < \(Self.mostWebhooks)
                RETURNING id
                """,
                [.string(workspace), .string(url), .stringArray(Set(names).sorted()), .string(secret)])
            guard let row = added.first else {
                throw OperationsError.refused(
                    code: "too_many_webhooks", message: "the workspace has \(Self.mostWebhooks) webhooks already")
            }
            let id = try row.decode(String.self, "id")
            // Without the URL, which may hold a secret of its receiver's.
            try await change.record("webhooks.add", target: id, after: ["workspace": workspace])
            return NewWebhook(webhookId: id, secret: secret)
        }
    }

    /// It is told nothing more, and nobody sees it any more. What it was told may be a million rows: whoever delivers
    /// forgets them, in chunks.
    public func removeWebhook(_ id: String, in workspace: String) async throws {
        try await change { change in
            let removed = try await change.query(
                """
                UPDATE webhook_endpoints SET is_active = false, removed_at = now()
                WHERE id = $1 AND workspace_id = $2 AND removed_at IS NULL RETURNING id
                """,
                [.string(id), .string(workspace)])
            guard !removed.isEmpty else { throw Self.unknownWebhook(id) }
            try await change.record("webhooks.remove", target: id, before: ["workspace": workspace])
        }
    }

    /// Lets an endpoint that was switched off be told again: what waited for it, and what happens from now on.
    public func enableWebhook(_ id: String, in workspace: String) async throws -> WebhookLine {
        try await change { change in
            let enabled = try await change.query(
                """
                UPDATE webhook_endpoints SET is_active = true, problem = NULL, failing_since = NULL, failures = 0,
                    retry_at = '-infinity'
                WHERE id = $1 AND workspace_id = $2 AND removed_at IS NULL RETURNING id
                """, [.string(id), .string(workspace)])
            guard !enabled.isEmpty else { throw Self.unknownWebhook(id) }
            try await change.record("webhooks.enable", target: id, after: ["workspace": workspace])
        }
        return try await webhook(id, in: workspace)
    }

    // MARK: What it was told

    /// The newest first.
    /// - Parameters:
    ///   - state: only those; `pending`, `delivered` or `failed`.
    ///   - cursor: of the page before.
    /// - Throws: ``OperationsError``: no such webhook, or a cursor that is none.
    public func webhookDeliveries(
        of id: String, in workspace: String, state: String? = nil, after cursor: String? = nil, most: Int
    ) async throws -> WebhookDeliveryPage {
        let last = try PageCursor.id(cursor)
        _ = try await webhook(id, in: workspace)
        let rows = try await database.query(
            """
            SELECT id, event_id, type, state, attempts, status, problem, next_at, created_at FROM webhook_deliveries
            WHERE endpoint_id = $1 AND ($2::text IS NULL OR state = $2) AND ($3::bigint IS NULL OR id < $3)
            ORDER BY id DESC LIMIT $4
            """, [.string(id), .string(state), .int64(last), .int64(Int64(most) + 1)])
        let page = rows.prefix(most)
        let lines = try page.map { try WebhookDeliveryLine($0) }
        guard rows.count > most, let end = page.last else { return WebhookDeliveryPage(deliveries: lines) }
        return WebhookDeliveryPage(deliveries: lines, nextCursor: "\(try end.decode(Int64.self, "id"))")
    }

    /// Tells again what was told, or what was not taken: one event, or all that failed.
    /// - Parameter event: nil for all that failed.
    /// - Returns: how many are told again.
    public func redeliverWebhook(_ id: String, event: String?, in workspace: String) async throws -> Int {
        _ = try await webhook(id, in: workspace)
        let again = try await change { change in
            let rows = try await change.query(
                """
                UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_at = now(), ended_at = NULL
                WHERE endpoint_id = $1 AND CASE WHEN $2::text IS NULL THEN state = 'failed' ELSE event_id = $2 END
                RETURNING id
                """, [.string(id), .string(event)])
            try await change.record("webhooks.redeliver", target: id, after: ["event": event ?? "failed"])
            return rows.count
        }
        guard again > 0 || event == nil else {
            throw OperationsError.notFound(kind: "event", given: event ?? "", nearest: [])
        }
        return again
    }

    private static func unknownWebhook(_ id: String) -> OperationsError {
        .notFound(kind: "webhook", given: id, nearest: [])
    }

    /// 256 random bits as Standard Webhooks writes them.
    private static func webhookSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return "whsec_" + Data(bytes).base64EncodedString()
    }
}
