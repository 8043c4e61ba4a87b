internal import PostgresDriver

/// The numbers that send a workspace's messages.
struct Senders {
    var workspace: String
    var transaction: PostgresTransaction

    /// Makes sure that all of them are there.
    /// - Parameters:
    ///   - creating: whether the workspace, and a device for each number that has none, is made.
    ///   - located: what to say of the first that is not there, by its index.
    func require(
        _ numbers: [String?], creating: Bool, _ located: (Int, OperationsError) -> OperationsError = { $1 }
    ) async throws {
        guard !creating else { return try await create(numbers.compactMap(\.self)) }
        try await WorkspaceLookup.require(workspace, on: transaction)
        guard let unknown = try await firstUnknown(numbers) else { return }
        throw located(
            unknown.index,
            .refused(
                code: "unknown_sender",
                message: "workspace \(workspace) has no device with the number \(unknown.number)",
                field: "fromNumber"))
    }

    /// The first that no device of the workspace has.
    private func firstUnknown(_ numbers: [String?]) async throws -> (index: Int, number: String)? {
        let unknown = Set(
            try await transaction.query(
                """
                SELECT DISTINCT n FROM unnest($2::text[]) n
                WHERE NOT EXISTS (SELECT FROM user_devices
                    WHERE workspace_id = $1 AND sluice_digits(phone) = sluice_digits(n))
                """, [.string(workspace), .stringArray(numbers.compactMap(\.self))]
            ).column(String.self, at: 0))
        for case (let index, let number?) in numbers.enumerated() where unknown.contains(number) {
            return (index, number)
        }
        return nil
    }

    /// Makes the workspace and a device for each number that has none, on the gateway that is the default.
    private func create(_ numbers: [String]) async throws {
        try await transaction.query(
            "INSERT INTO workspaces (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING", [.string(workspace)])
        // One request after the other, or two would make the same device.
        try await transaction.query(
            "SELECT pg_advisory_xact_lock(hashtextextended('senders:' || $1::text, 0))", [.string(workspace)])
        try await transaction.query(
            """
            INSERT INTO user_devices (workspace_id, device_name, phone)
            SELECT $1, digits, digits FROM (SELECT DISTINCT sluice_digits(n) AS digits FROM unnest($2::text[]) n) given
            WHERE NOT EXISTS (SELECT FROM user_devices WHERE workspace_id = $1 AND sluice_digits(phone) = digits)
            """, [.string(workspace), .stringArray(numbers)])
    }
}
