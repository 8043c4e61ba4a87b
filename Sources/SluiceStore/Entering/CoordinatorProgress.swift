internal import PostgresDriver
internal import SluiceCore

// What became of single messages is said on the rows that they came from.
extension PostgresCoordinatorStore {
    /// One chunk of an area's `progress_intake`, once its own intake (`entered`) is worked off.
    ///
    /// The rows are the users', and so are rules on them: one that cannot be written is set aside with the database's
    /// words, and the others are told.
    /// - Parameter project: takes so many rows (`$1`), and gives how many it has `taken` and `told`.
    func tell(
        _ area: WorkArea, by project: String, limit: Int, after entered: IntakeResult
    ) async throws -> IntakeResult {
        guard !entered.more else { return entered }
        let told = try await narrowing(limit) { fault in
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
        return IntakeResult(lanes: entered.lanes, processed: entered.processed + told.processed, more: told.more)
    }
}
