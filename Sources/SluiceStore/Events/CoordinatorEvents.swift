internal import PostgresDriver

// Event messages, in the leader's loops.
extension PostgresCoordinatorStore {
    /// Enters messages, and says on them what has become of them.
    func announce(limit: Int) async throws -> IntakeResult {
        let entered = try await intake(of: .event, limit: min(limit, Self.messagesAtOnce)) { transaction, rows in
            try await transaction.query(EventStatements.start, [.int64Array(rows)], deadline: .seconds(30))
                .compactMap(Self.laneDue)
        }
        return try await tell(.event, by: EventStatements.project, limit: limit, after: entered)
    }

    /// Messages of one transaction: putting their texts together is some 100 µs each.
    private static let messagesAtOnce = 2_000
}
