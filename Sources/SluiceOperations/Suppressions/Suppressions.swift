public import FoundationEssentials
internal import PostgresDriver

/// A number that gets nothing.
public struct SuppressionLine: Codable, Hashable, Sendable {
    public var phone: String
    /// `*`: everywhere.
    public var workspace: String
    public var reason: String
    public var since: Date
}

extension OperatorSession {
    /// - Parameter phone: only this number; nil: the newest `limit`.
    public func listSuppressions(phone: String? = nil, limit: Int = 1_000) async throws -> [SuppressionLine] {
        let digits = try phone.map { try PhoneNumber($0).digits }
        let rows = try await database.query(
            """
            SELECT phone, workspace_id, reason, created_at FROM suppressions WHERE $1::text IS NULL OR phone = $1
            ORDER BY created_at DESC, phone LIMIT $2
            """, [.string(digits), .int32(Int32(clamping: limit))])
        return try rows.map { row in
            SuppressionLine(
                phone: try row.decode(String.self, "phone"), workspace: try row.decode(String.self, "workspace_id"),
                reason: try row.decode(String.self, "reason"), since: try row.date("created_at") ?? .distantPast)
        }
    }

    /// From now on the number gets nothing, and what waits for it is cancelled; a request already open is past recall.
    /// - Parameter workspace: nil: everywhere.
    /// - Returns: false when it was suppressed already. What the person said by message becomes the operator's word, which
    ///   no message takes back, and counts as new.
    @discardableResult
    public func addSuppression(_ phone: String, workspace: String?, reason: String?) async throws -> Bool {
        let digits = try PhoneNumber(phone).digits
        return try await change { change in
            if let workspace { try await WorkspaceLookup.require(workspace, on: change.transaction) }
            let added = try await change.query(
                """
                INSERT INTO suppressions (workspace_id, phone, reason) VALUES ($1, $2, coalesce($3, 'operator'))
                ON CONFLICT (phone, workspace_id) DO UPDATE SET reason = excluded.reason, by_message = false
                WHERE suppressions.by_message RETURNING phone
                """, [.string(workspace ?? "*"), .string(digits), .string(reason)])
            if added.isEmpty { return false }
            try await change.record(
                "suppressions.add", target: digits,
                after: ["workspace": workspace ?? "*", "reason": reason ?? "operator"])
            return true
        }
    }

    /// What was cancelled stays so; the person may enter again.
    /// - Returns: false when it was not suppressed.
    @discardableResult
    public func removeSuppression(_ phone: String, workspace: String?) async throws -> Bool {
        let digits = try PhoneNumber(phone).digits
        return try await change { change in
            let removed = try await change.query(
                "DELETE FROM suppressions WHERE phone = $1 AND workspace_id = $2 RETURNING reason",
                [.string(digits), .string(workspace ?? "*")])
            guard let reason = try removed.column(String.self, at: 0).first else { return false }
            try await change.record(
                "suppressions.remove", target: digits, before: ["workspace": workspace ?? "*", "reason": reason])
            return true
        }
    }
}
