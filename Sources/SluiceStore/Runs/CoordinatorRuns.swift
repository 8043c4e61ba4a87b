internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

// Runs of triggers and campaigns, in the leader's loops.
extension PostgresCoordinatorStore {
    /// Starts queued runs, and says on runs what has become of their contacts.
    func trigger(limit: Int) async throws -> IntakeResult {
        var result = try await intake(of: .trigger, limit: min(limit, Self.triggersAtOnce)) { transaction, rows in
            let flows = try await transaction.query(TriggerStatements.flows, [.int64Array(rows)])
                .column(UUID.self, at: 0)
            // Whoever saves a flow and triggers it in one transaction waits for nothing more.
            if !flows.isEmpty { try await FlowStore(transaction: transaction).compile(flows) }
            return try await transaction.query(
                TriggerStatements.start, [.int64Array(rows)], deadline: .seconds(30)
            ).compactMap(Self.laneDue)
        }
        guard !result.more else { return result }
        let told = try await planned { transaction in
            try await transaction.query(TriggerStatements.project, [.int64(Int64(limit))])[0]
        }
        let taken = Int(try told.decode(Int32.self, "taken"))
        result.processed += taken
        // Of runs that somebody is writing nobody was told: they wait for the next look.
        result.more = try taken >= limit && told.decode(Int32.self, "told") > 0
        return result
    }

    /// Runs of one transaction: its first must not wait long for its last.
    private static let triggersAtOnce = 1_000

    /// One chunk of the campaign that waits longest.
    func enterCampaign(limit: Int) async throws -> IntakeResult {
        var chunk = CampaignStore.Chunk()
        let result = try await intake(of: .campaign, limit: 1) { transaction, rows in
            for row in rows { chunk = try await CampaignStore(transaction: transaction).enter(row: row, limit: limit) }
            return chunk.lanes
        }
        return IntakeResult(lanes: result.lanes, processed: chunk.seen, more: result.processed > 0)
    }
}
