internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

// Runs of triggers and campaigns, in the leader's loops.
extension PostgresCoordinatorStore {
    /// Starts queued runs.
    func trigger(limit: Int) async throws -> IntakeResult {
        if let few = try await enterFew(TriggerStatements.few) { return few }
        return try await intake(of: .trigger, limit: min(limit, Self.triggersAtOnce)) { transaction, rows in
            let flows = try await transaction.query(TriggerStatements.flows, [.int64Array(rows)])
                .column(UUID.self, at: 0)
            // Whoever saves a flow and triggers it in one transaction waits for nothing more.
            if !flows.isEmpty { try await FlowStore(transaction: transaction).compile(flows) }
            return try await transaction.query(
                TriggerStatements.start, [.int64Array(rows)], deadline: .seconds(30)
            ).compactMap(Self.laneDue)
        }
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
