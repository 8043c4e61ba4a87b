internal import PostgresDriver

enum WorkspaceLookup {
    private static let mostNames = 10_000

    /// - Parameter id: nil is all of them, and always there.
    /// - Throws: ``OperationsError/notFound(kind:given:nearest:)`` when there is no such workspace.
    static func require(_ id: String?, on database: any PostgresExecutor) async throws {
        guard let id else { return }
        if !(try await database.query("SELECT FROM workspaces WHERE id = $1", [.string(id)]).isEmpty) { return }
        let names = try await database.query("SELECT id FROM workspaces ORDER BY id LIMIT \(mostNames)")
        throw OperationsError.notFound(
            kind: "workspace", given: id, nearest: NearMatches.of(id, among: try names.column(String.self, at: 0)))
    }
}
