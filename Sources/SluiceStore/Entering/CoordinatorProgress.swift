internal import PostgresDriver
internal import SluiceCore

// What became of single messages is said on the rows that they came from.
extension PostgresCoordinatorStore {
    /// One chunk of `progress_intake` for each area that has some. One area that cannot be told holds up no other.
    func tell(limit: Int) async throws -> IntakeResult {
        var (processed, more) = (0, false)
        var failure: (any Error)?
        for (area, project) in Self.projections {
            do {
                let told = try await tell(area, by: project, limit: limit)
                processed += told.processed
                more = more || told.more
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return IntakeResult(lanes: [], processed: processed, more: more)
    }

    /// The statements that tell: each takes so many rows (`$1`), and gives how many it has `taken` and `told`.
    private static let projections: [(WorkArea, String)] = [
        (.trigger, TriggerStatements.project), (.scheduled, JobStatements.project), (.event, EventStatements.project),
    ]

    /// The rows are the users', and so are rules on them: one that cannot be written is set aside with the database's
    /// words, and the others are told.
    private func tell(_ area: WorkArea, by project: String, limit: Int) async throws -> IntakeResult {
        try await narrowing(limit) { fault in
            try await storing {
                try await pools.durable.query(Progress.setAside, [.string(area.rawValue), .string(fault.text)])
            }
            return true
        } chunk: { size in
            let row = try await planned { try await $0.query(project, [.int64(Int64(size))])[0] }
            let taken = Int(try row.decode(Int32.self, "taken"))
            // Of rows that somebody is writing nobody was told: they wait for the next look.
            let more = try taken >= size && row.decode(Int32.self, "told") > 0
            return IntakeResult(lanes: [], processed: taken, more: more)
        }
    }
}
