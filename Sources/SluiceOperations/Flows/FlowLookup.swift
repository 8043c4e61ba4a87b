internal import FoundationEssentials
internal import PostgresDriver

/// Finds a flow by its id or its name.
enum FlowLookup {
    /// - Throws: ``OperationsError``: no such flow in the workspace, or several of the name.
    static func find(
        _ given: String, in workspace: String, on database: any PostgresExecutor
    ) async throws -> UUID {
        let ids = try await database.query(
            "SELECT id FROM flows WHERE (id = $1 OR name = $2) AND workspace_id = $3 ORDER BY id LIMIT 20",
            [.uuid(UUID(uuidString: given)), .string(given), .string(workspace)]
        ).column(UUID.self, at: 0)
        if ids.count > 1 { throw OperationsError.ambiguous(kind: "flow", given: given, ids: ids.map(\.text)) }
        guard let only = ids.first else {
            let names = try await database.query(
                "SELECT name FROM flows WHERE workspace_id = $1 AND name IS NOT NULL ORDER BY id LIMIT 10000",
                [.string(workspace)])
            throw OperationsError.notFound(
                kind: "flow", given: given,
                nearest: NearMatches.of(given, among: try names.column(String.self, at: 0)))
        }
        return only
    }
}
