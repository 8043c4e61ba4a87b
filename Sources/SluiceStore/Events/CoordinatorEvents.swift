internal import PostgresDriver

// Event messages, in the leader's loops.
extension PostgresCoordinatorStore {
    /// Enters messages.
    func announce(limit: Int) async throws -> IntakeResult {
        try await intake(of: .event, limit: min(limit, Self.messagesAtOnce)) { transaction, rows in
            try await transaction.query(EventStatements.start, [.int64Array(rows)], deadline: .seconds(30))
                .compactMap(Self.laneDue)
        }
    }

    /// Messages of one transaction: putting their texts together is some 100 µs each.
    private static let messagesAtOnce = 2_000
}
