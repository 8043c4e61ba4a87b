internal import PostgresDriver

/// A transaction in which an operator changes something. What is changed is told to ``record(_:target:before:after:)``
/// before it ends.
struct AuditedTransaction: Sendable {
    let transaction: PostgresTransaction
    let actor: String

    @discardableResult
    func query(_ sql: String, _ parameters: [PostgresValue] = []) async throws -> PostgresResult {
        try await transaction.query(sql, parameters)
    }

    /// One line of `audit_log`.
    /// - Parameters:
    ///   - action: noun and verb: `devices.pause`.
    ///   - target: the id of what was changed.
    ///   - before, after: what it was and is; no credentials.
    func record(
        _ action: String, target: String, before: (any Encodable)? = nil, after: (any Encodable)? = nil
    ) async throws {
        try await transaction.query(
            "INSERT INTO audit_log (actor, action, target, before, after) VALUES ($1, $2, $3, $4, $5)",
            [
                .string(actor), .string(action), .string(target), .jsonb(try before.map { try JSONText.compact($0) }),
                .jsonb(try after.map { try JSONText.compact($0) }),
            ])
    }
}
