internal import FoundationEssentials
internal import PostgresDriver

/// Finds a device by what an operator calls it: its id, its name or its phone number.
enum DeviceLookup {
    struct Found: Sendable {
        var id: UUID
        var name: String
        var workspace: String
    }

    private static let sql = """
        SELECT id, coalesce(device_name, id::text) AS name, workspace_id FROM user_devices
        WHERE id = $1 OR device_name = $2 OR sluice_digits(phone) = $3
        ORDER BY id LIMIT 20
        """

    /// Names that near matches are looked for among.
    private static let mostNames = 20_000

    /// - Throws: ``OperationsError`` when none or several are meant.
    static func find(_ given: String, on database: any PostgresExecutor) async throws -> Found {
        // What is neither an id nor a number can still be a name.
        let digits = try? PhoneNumber(given).digits
        let rows = try await database.query(sql, [.uuid(UUID(uuidString: given)), .string(given), .string(digits)])
        let found = try rows.map { row in
            Found(
                id: try row.decode(UUID.self, "id"), name: try row.decode(String.self, "name"),
                workspace: try row.decode(String.self, "workspace_id"))
        }
        if found.count > 1 {
            throw OperationsError.ambiguous(kind: "device", given: given, ids: found.map(\.id.text))
        }
        guard let only = found.first else {
            let names = try await database.query(
                "SELECT device_name FROM user_devices WHERE device_name IS NOT NULL ORDER BY id LIMIT \(mostNames)")
            throw OperationsError.notFound(
                kind: "device", given: given,
                nearest: NearMatches.of(given, among: try names.column(String.self, at: 0)))
        }
        return only
    }
}
