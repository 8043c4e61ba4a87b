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
        /// Positions of those whose contact's row the database refuses to write.
        var faulty: [Int] = []
    }

    /// At most ``chunk`` rows a statement, so that a take-over of many orphans stays within its deadlines.
    ///
    /// A statement that a row makes fail is repeated in halves, so that one bad row holds up no other: 2 log₂ n
    /// statements more for each. Alone, the row is recorded on its contact and left to be settled later.
    func settle(_ rows: [SettleRow], waiting: Bool = false) async throws -> Result {
        var result = Result()
        // A stack, the first rows on top.
        var parts = stride(from: 0, to: rows.count, by: Self.chunk).map { $0..<min($0 + Self.chunk, rows.count) }
        parts.reverse()
        while let part = parts.popLast() {
            do {
                try await settle(rows, part, waiting: waiting, into: &result)
            } catch let error as PostgresError {
                guard let fault = RowFault(error) else { throw error }
                guard part.count > 1 else {
                    await hold(rows[part.lowerBound], fault)
                    result.faulty.append(part.lowerBound)
                    continue
                }
                let middle = part.lowerBound + part.count / 2
                parts.append(middle..<part.upperBound)
                parts.append(part.lowerBound..<middle)
            }
        }
        return result
    }

    private func settle(
        _ rows: [SettleRow], _ part: Range<Int>, waiting: Bool, into result: inout Result
    ) async throws {
        let answer = try await pool.query(
            waiting ? SettleStatement.waiting : SettleStatement.skipping,
            SettleStatement.parameters(Array(rows[part])), deadline: .seconds(4))
        for row in answer {
            if try row.decode(Bool.self, "is_busy") {
                result.busy.append(part.lowerBound + Int(try row.decode(Int64.self, "ordinal")) - 1)
            } else if let lane = try row.decode(Int64?.self, "lane_id"), let due = try row.optionalTime("due") {
                result.lanes.append(LaneDue(lane: LaneID(rawValue: lane), due: due))
            }
        }
    }

    /// Best effort: the settlement is tried again in any case, and the row may refuse this as well.
    private func hold(_ row: SettleRow, _ fault: RowFault) async {
        _ = try? await pool.query(
            FaultStatements.hold, [.uuid(row.contact.rawValue), .int32(row.attempt), .string(fault.text)],
            deadline: .seconds(4))
    }

    private static let chunk = 2_000
}
