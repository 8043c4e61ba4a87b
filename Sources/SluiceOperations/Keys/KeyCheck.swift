public import FoundationEssentials
internal import PostgresDriver

/// Who a request comes from, as its key says.
public struct APIKeyHolder: Hashable, Sendable {
    public var id: UUID
    /// `*`: all workspaces.
    public var workspace: String
    public var scopes: Set<APIKeyScope>
}

/// What the database says of a request's key.
public enum KeyVerdict: Hashable, Sendable {
    case holder(APIKeyHolder)
    /// There is no such key, or it was revoked.
    case refused
    /// None was shown, and none exists that could be.
    case unneeded
}

extension OperatorSession {
    /// - Parameter secret: nil when the request shows none.
    public func checkKey(_ secret: APIKeySecret?) async throws -> KeyVerdict {
        guard let secret else {
            let isAny = try await database.query("SELECT EXISTS (SELECT FROM api_keys WHERE revoked_at IS NULL)")
            return try isAny.scalar(Bool.self) ? .refused : .unneeded
        }
        let rows = try await database.query(
            "SELECT id, workspace_id, scopes FROM api_keys WHERE secret_hash = $1 AND revoked_at IS NULL",
            [.bytes(secret.hash)])
        guard let row = rows.first else { return .refused }
        return .holder(
            APIKeyHolder(
                id: try row.decode(UUID.self, "id"), workspace: try row.decode(String.self, "workspace_id"),
                scopes: Set(try row.decode([String].self, "scopes").compactMap(APIKeyScope.init))))
    }
}
