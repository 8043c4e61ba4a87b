internal import PostgresDriver

// Event messages, in the leader's loops.
extension PostgresCoordinatorStore {
    /// Enters messages, and says on them what has become of them.
    func announce(limit: Int) async throws -> IntakeResult {
        var result = try await intake(of: .event, limit: min(limit, Self.messagesAtOnce)) { transaction, rows in
            try await transaction.query(EventStatements.start, [.int64Array(rows)], deadline: .seconds(30))
                .compactMap(Self.laneDue)
        }
        guard !result.more else { return result }
        let told = try await planned { transaction in
            try await transaction.query(EventStatements.project, [.int64(Int64(limit))])[0]
        }
        let taken = Int(try told.decode(Int32.self, "taken"))
        result.processed += taken
        // Of messages that somebody is writing nobody was told: they wait for the next look.
        result.more = try taken >= limit && told.decode(Int32.self, "told") > 0
        return result
    }

    /// Messages of one transaction: putting their texts together is some 100 µs each.
    private static let messagesAtOnce = 2_000
}
