internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// Enters campaigns, one chunk in each transaction.
struct CampaignStore {
    let transaction: PostgresTransaction

    /// What one chunk led to.
    struct Chunk {
        var lanes: [LaneDue] = []
        /// Subscribers looked at.
        var seen = 0
    }

    /// One chunk of the run that a row of the intake names. The row goes when the run is entered, or never will be.
    func enter(row: Int64, limit: Int) async throws -> Chunk {
        guard let run = try await transaction.query(CampaignStatements.run, [.int64(row)]).first else {
            try await transaction.query(CampaignStatements.forget, [.int64(row)])
            return Chunk()
        }
        let id = PostgresValue.int64(try run.decode(Int64.self, "id"))
        if try run.decode(Bool.self, "has_flow"), try !run.decode(Bool.self, "is_compiled") {
            try await FlowStore(transaction: transaction).compile([try run.decode(UUID.self, "flow_id")])
            return Chunk()
        }
        guard let step = try run.decode(String?.self, "entry_step") else {
            let code = try run.decode(Bool.self, "has_flow") ? "flow_invalid" : "flow_not_found"
            try await transaction.query(
                CampaignStatements.failed, [id, .string(code), .string(try run.decode(String?.self, "problem"))])
            try await transaction.query(CampaignStatements.forget, [.int64(row)])
            return Chunk()
        }
        guard try !run.decode(Bool.self, "is_done") else {
            try await transaction.query(CampaignStatements.entered, [id])
            try await transaction.query(CampaignStatements.forget, [.int64(row)])
            return Chunk()
        }
        // An inactive page is passed by.
        guard try run.decode(Bool.self, "page_sends"), let page = try run.decode(Int64?.self, "page") else {
            try await transaction.query(CampaignStatements.nextPage, [id])
            return Chunk()
        }
        let workspace = PostgresValue.string(try run.decode(String.self, "workspace_id"))
        let device = try run.decode(UUID?.self, "device_id")
        let isUnderWay = try run.decode(Bool.self, "is_under_way")
        let seats = try await seats(id, workspace, of: device, limit: limit, isUnderWay: isUnderWay)
        let devices = try seats.decode([UUID].self, "devices")
        // A contact that a page's lost device cannot have waits for another one, by name.
        let hold = devices.isEmpty ? (device == nil ? "no_device" : "unknown_device") : nil
        let parameters: [PostgresValue] = [
            id, .int64(page), .string(try run.decode(String.self, "after")), .int64(Int64(limit)), workspace,
            .uuidArray(devices), .int64Array(try seats.decode([Int64].self, "lanes")),
            .bool(try seats.decode(Bool.self, "is_by_id")), .string(step),
            .int32(try run.decode(Int32.self, "entry_seconds")), .bool(try run.decode(Bool.self, "entry_decides")),
            .string(hold),
        ]
        let rows = try await enterChunk(parameters, isCareful: try run.decode(Bool.self, "may_overlap"))
        let seen = Int(try rows.first?.decode(Int32.self, "seen") ?? 0)
        if seen < limit { try await transaction.query(CampaignStatements.nextPage, [id]) }
        return Chunk(lanes: try rows.compactMap(PostgresCoordinatorStore.laneDue), seen: seen)
    }

    /// The devices and lanes of a chunk. A page's own device is the only one.
    private func seats(
        _ run: PostgresValue, _ workspace: PostgresValue, of device: UUID?, limit: Int, isUnderWay: Bool
    ) async throws -> PostgresRow {
        if isUnderWay, device == nil {
            let later = try await transaction.query(CampaignStatements.laterSeats, [run, workspace])[0]
            if try !later.decode([UUID].self, "devices").isEmpty { return later }
        }
        return try await transaction.query(
            CampaignStatements.seats, [run, workspace, .uuid(device), .int64(Int64(limit))], deadline: .seconds(30))[0]
    }

    /// Looks for people who are in the run already only where there may be some: on later pages, and where the chunk
    /// turned out to have one.
    private func enterChunk(_ parameters: [PostgresValue], isCareful: Bool) async throws -> PostgresResult {
        func enter(by statement: String, in transaction: PostgresTransaction) async throws -> PostgresResult {
            let ids = ChunkIdentifiers()
            return try await transaction.query(
                statement, parameters + [.string(ids.prefix), .int64(ids.base)], deadline: .seconds(30))
        }
        if !isCareful {
            do {
                return try await transaction.withTransaction { try await enter(by: CampaignStatements.chunk, in: $0) }
            } catch let error as PostgresError where error.sqlState == "23505" {}
        }
        return try await enter(by: CampaignStatements.carefulChunk, in: transaction)
    }
}
