public import FoundationEssentials
internal import PostgresDriver

/// A key as it can be shown: without its secret, which nobody has but its holder.
public struct APIKeyLine: Codable, Hashable, Sendable {
    public var id: UUID
    public var name: String
    /// `*`: all workspaces.
    public var workspace: String
    public var scopes: [APIKeyScope]
    public var created: Date
    public var revoked: Date?
}

/// A key that was just made. Its secret is told this once.
public struct NewAPIKey: Codable, Hashable, Sendable {
    public var id: UUID
    public var secret: String
}

extension OperatorSession {
    private static let mostKeys = 10_000

    /// The newest first.
    public func listKeys(includingRevoked: Bool = false) async throws -> [APIKeyLine] {
        let rows = try await database.query(
            """
            SELECT id, name, workspace_id, scopes, created_at, revoked_at FROM api_keys
            WHERE $1 OR revoked_at IS NULL ORDER BY created_at DESC, id LIMIT \(Self.mostKeys)
            """, [.bool(includingRevoked)])
        return try rows.map { row in
            APIKeyLine(
                id: try row.decode(UUID.self, "id"), name: try row.decode(String.self, "name"),
                workspace: try row.decode(String.self, "workspace_id"),
                scopes: try row.decode([String].self, "scopes").compactMap(APIKeyScope.init),
                created: try row.date("created_at") ?? .distantPast, revoked: try row.date("revoked_at"))
        }
    }

    /// - Parameter workspace: `*` for all of them.
    public func createKey(name: String, workspace: String, scopes: Set<APIKeyScope>) async throws -> NewAPIKey {
        guard (1...200).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw OperationsError.invalid(field: "name", message: "must have 1 to 200 bytes")
        }
        guard !scopes.isEmpty else {
            let all = APIKeyScope.allCases.map(\.rawValue).joined(separator: ", ")
            throw OperationsError.invalid(field: "scopes", message: "give at least one of \(all)")
        }
        let secret = APIKeySecret.random()
        let names = scopes.map(\.rawValue).sorted()
        return try await change { change in
            if workspace != "*" { try await WorkspaceLookup.require(workspace, on: change.transaction) }
            let id = try await change.query(
                "INSERT INTO api_keys (name, workspace_id, secret_hash, scopes) VALUES ($1, $2, $3, $4) RETURNING id",
                [.string(name), .string(workspace), .bytes(secret.hash), .stringArray(names)]
            ).scalar(UUID.self)
            try await change.record(
                "keys.create", target: id.uuidString.lowercased(),
                after: ["name": name, "workspace": workspace, "scopes": names.joined(separator: ",")])
            return NewAPIKey(id: id, secret: secret.text)
        }
    }

    /// From the next request on nobody gets in with it.
    /// - Returns: false when it was revoked already.
    @discardableResult
    public func revokeKey(_ id: UUID) async throws -> Bool {
        try await change { change in
            let revoked = try await change.query(
                "UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id", [.uuid(id)])
            if revoked.isEmpty {
                let known = try await change.query("SELECT FROM api_keys WHERE id = $1", [.uuid(id)])
                guard !known.isEmpty else {
                    throw OperationsError.notFound(kind: "API key", given: id.uuidString.lowercased(), nearest: [])
                }
                return false
            }
            try await change.record("keys.revoke", target: id.uuidString.lowercased())
            return true
        }
    }
}
