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

    /// Rows of one day a statement, at most ``chunk`` of them, so that a take-over of many orphans stays within its
    /// deadlines.
    ///
    /// A statement that a row makes fail is repeated in halves, so that one bad row holds up no other: 2 log₂ n
    /// statements more for each. Alone, the row is recorded on its contact and left to be settled later.
    func settle(_ rows: [SettleRow], waiting: Bool = false) async throws -> Result {
        var result = Result()
        // A stack, the first rows on top.
        var parts = Array(Self.parts(of: rows).reversed())
        while let part = parts.popLast() {
            do {
                try await settle(rows, part, waiting: waiting, into: &result)
            } catch let error as PostgresError {
                guard let fault = RowFault(error) else { throw error }
                guard part.count > 1 else {
                    await hold(rows[part[0]], fault)
                    result.faulty.append(part[0])
                    continue
                }
                parts.append(Array(part.dropFirst(part.count / 2)))
                parts.append(Array(part.prefix(part.count / 2)))
            }
        }
        return result
    }

    /// Positions among the rows, by day.
    private static func parts(of rows: [SettleRow]) -> [[Int]] {
        let days = Dictionary(grouping: rows.indices) { rows[$0].day }
        return days.sorted { $0.key < $1.key }.flatMap { _, positions in
            stride(from: 0, to: positions.count, by: chunk).map { Array(positions[$0...].prefix(chunk)) }
        }
    }

    private func settle(_ rows: [SettleRow], _ part: [Int], waiting: Bool, into result: inout Result) async throws {
        let answer = try await pool.query(
            waiting ? SettleStatement.waiting : SettleStatement.skipping(on: rows[part[0]].day),
            SettleStatement.parameters(part.map { rows[$0] }), deadline: .seconds(4))
        for row in answer {
            if try row.decode(Bool.self, "is_busy") {
                result.busy.append(part[Int(try row.decode(Int64.self, "ordinal")) - 1])
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
