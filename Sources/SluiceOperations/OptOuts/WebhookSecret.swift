internal import PostgresDriver

/// What is known of a gateway that says it is calling.
public enum WebhookSecret: Hashable, Sendable {
    case secret(String)
    /// The gateway has none, so nothing it says can be believed.
    case missing
    case unknownGateway
}

extension OperatorSession {
    /// What the gateway signs its webhooks with: `webhook_secret` among its credentials.
    public func webhookSecret(ofGateway id: String) async throws -> WebhookSecret {
        let rows = try await database.query(
            "SELECT sluice_webhook_secret(id) AS secret FROM gateways WHERE id = $1", [.string(id)])
        guard let row = rows.first else { return .unknownGateway }
        return try row.decode(String?.self, "secret").map(WebhookSecret.secret) ?? .missing
    }
}
