internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

extension PostgresTransaction {
    /// Enters people, a chunk in each statement. Verdicts are in the order of `entries`; of equal identities the last
    /// one of a chunk is entered.
    func enter(_ entries: [Entry]) async throws -> (verdicts: [EntryVerdict], lanes: [LaneDue]) {
        var verdicts: [EntryVerdict] = []
        verdicts.reserveCapacity(entries.count)
        var lanes: [LaneID: DatabaseTime] = [:]
        for start in stride(from: 0, to: entries.count, by: Self.enterChunk) {
            let chunk = Array(entries[start..<min(start + Self.enterChunk, entries.count)])
            let rows = try await query(EnterStatement.sql, EnterStatement.parameters(chunk), deadline: .seconds(30))
            verdicts += try EntryVerdict.all(rows, count: chunk.count)
            for row in rows {
                guard let lane = try row.decode(Int64?.self, "lane_id"), let due = try row.optionalTime("due") else {
                    continue
                }
                lanes[LaneID(rawValue: lane)] = min(lanes[LaneID(rawValue: lane)] ?? due, due)
            }
        }
        return (verdicts, lanes.map { LaneDue(lane: $0.key, due: $0.value) }.sorted { $0.lane < $1.lane })
    }

    /// Entries of one statement: some 200 ms of the database.
    private static var enterChunk: Int { 5_000 }
}

extension EntryVerdict {
    fileprivate static func all(_ rows: PostgresResult, count: Int) throws -> [EntryVerdict] {
        var verdicts = [EntryVerdict](repeating: .cancelled, count: count)
        var positions: [UUID: Int] = [:]
        // In the order of the statement's parts: each says more than the one before.
        for row in rows {
            let ordinal = try row.decode(Int64?.self, "ordinal").map { Int($0) - 1 }
            let id = try row.decode(UUID?.self, "id")
            switch (ordinal, id) {
            case (let ordinal?, nil): verdicts[ordinal] = .replaced
            case (let ordinal?, let id?):
                positions[id] = ordinal
                verdicts[ordinal] = .exists(status: try row.decode(String?.self, "known_status"))
            case (nil, let id?):
                if let ordinal = positions[id] { verdicts[ordinal] = .entered(ContactID(rawValue: id)) }
            case (nil, nil): break
            }
        }
        return verdicts
    }
}
