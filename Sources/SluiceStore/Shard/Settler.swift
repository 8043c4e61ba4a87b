internal import PostgresDriver
internal import SluiceCore

/// Runs SETTLE for whoever has rows to settle: shards, take-overs, and the leader for what take-overs left.
struct Settler: Sendable {
    let pool: PostgresPool

    struct Result {
        /// Lanes whose contacts are due again.
        var lanes: [LaneDue] = []
        /// Positions among the rows given of those whose contact somebody else holds locked.
        var busy: [Int] = []
    }

    /// At most ``chunk`` rows a statement, so that a take-over of many orphans stays within its deadlines.
    func settle(_ rows: [SettleRow], waiting: Bool = false) async throws -> Result {
        var result = Result()
        var start = 0
        while start < rows.count {
            let end = min(start + Self.chunk, rows.count)
            let part = Array(rows[start..<end])
            let answer = try await pool.query(
                waiting ? SettleStatement.waiting : SettleStatement.skipping, SettleStatement.parameters(part),
                deadline: .seconds(4))
            for row in answer {
                if try row.decode(Bool.self, "is_busy") {
                    result.busy.append(start + Int(try row.decode(Int64.self, "ordinal")) - 1)
                } else if let lane = try row.decode(Int64?.self, "lane_id"), let due = try row.optionalTime("due") {
                    result.lanes.append(LaneDue(lane: LaneID(rawValue: lane), due: due))
                }
            }
            start = end
        }
        return result
    }

    private static let chunk = 2_000
}
