internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

// The leader's intake: what producers wrote becomes enrollments, lanes and leads without their trigger.
extension PostgresCoordinatorStore {
    public func enroll(limit: Int) async throws -> IntakeResult {
        let began = ContinuousClock.now
        let start = enrollments.start(at: began)
        let few = try await enterFew(EnrollStatement.few, from: start) { last in
            let now = ContinuousClock.now
            enrollments.note(try IntakeCursor.Look(last), from: start, took: now - began, at: now)
        }
        if let few { return few }
        let waiting = try await storing {
            try await pools.durable.query(EnrollStatement.waiting, [.int64(Int64(limit)), .int64(start)])
                .column(Int64.self, at: 0)
        }
        guard waiting.isEmpty else {
            let lanes = try await eachRow(waiting[...], of: .enrollments, enrollChunk)
            return IntakeResult(lanes: lanes, processed: waiting.count, more: true)
        }
        return try await scan(limit: limit)
    }

    /// Enters the few who wait, in one statement that is a transaction of its own, so that somebody who was triggered
    /// waits for one answer of the database and no planner. Nil when there is something else to do: when there are many,
    /// or one of them cannot be entered. Then it is done by chunks that are halved until that one is alone.
    /// - Parameters:
    ///   - statement: takes all rows if they are at most `$1`, and gives how many it has `taken`, beside lanes, and whether
    ///     it left anything.
    ///   - start: its `$2`, where it has one: from which row on.
    ///   - seen: is told the last row, whatever comes of it.
    func enterFew(
        _ statement: String, from start: Int64? = nil, seen: @Sendable (PostgresRow) throws -> Void = { _ in }
    ) async throws -> IntakeResult? {
        let parameters = [Int64(Self.few), start].compactMap { $0 }.map(PostgresValue.int64)
        do {
            return try await storing {
                let rows = try await pools.urgent.query(statement, parameters)
                guard let last = rows.last else { return nil }
                try seen(last)
                let (taken, more) = (Int(try last.decode(Int32.self, "taken")), try last.decode(Bool.self, "is_more"))
                guard taken > 0 || !more else { return nil }
                return IntakeResult(lanes: try rows.compactMap(Self.laneDue), processed: taken, more: more)
            }
        } catch StoreError.database(let error) where error.isBlocked || RowFault(error) != nil {
            return nil
        }
    }

    /// So many are entered at the cost of one or two of those statements' own plans.
    private static let few = 32

    private func enrollChunk(_ rows: ArraySlice<Int64>) async throws -> [LaneDue] {
        // One transaction: contacts to place must not be forgotten between the two statements.
        try await planned(within: .seconds(30), IntakeSession.waitingBriefly) { transaction in
            let enrolled = try await transaction.query(
                EnrollStatement.sql, [.int64Array(Array(rows))], deadline: .seconds(30))
            var lanes = try enrolled.compactMap(Self.laneDue)
            if let place = try enrolled.last?.decode([UUID]?.self, "place") {
                lanes += try await transaction.query(PlaceStatement.sql, [.uuidArray(place)]).compactMap(Self.laneDue)
            }
            return lanes
        }
    }

    public func complete(limit: Int) async throws -> IntakeResult {
        try await narrowing(limit) { fault in
            try await storing {
                try await pools.durable.query(CompleteStatement.putOff, [.int64(1), .string(fault.text)])
            }
            return true
        } chunk: { size in
            try await completeChunk(size)
        }
    }

    private func completeChunk(_ limit: Int) async throws -> IntakeResult {
        try await planned { transaction in
            let rows = try await transaction.query(CompleteStatement.sql, [.int64(Int64(limit))])
            guard let row = rows.first else { return IntakeResult(lanes: [], processed: 0, more: false) }
            let done = Int(try row.decode(Int32.self, "done"))
            // What is left over when fewer were found belongs to leads that somebody holds: those wait for the next
            // time.
            return IntakeResult(lanes: [], processed: done, more: try row.decode(Int32.self, "looked_at") >= limit)
        }
    }

    /// A contact whose move the database refuses waits, held by name, and is tried again after the others.
    public func decideBranches(limit: Int) async throws -> IntakeResult {
        try await narrowing(limit) { fault in
            try await putOffBranch(because: fault)
            return true
        } chunk: { size in
            try await decideChunk(size)
        }
    }

    /// A chunk with a row that the database refuses is made smaller until that row is alone, and `setAside` gets it out
    /// of the way of the others. Where that cannot be done, the error stands.
    func narrowing(
        _ limit: Int, setAside: (RowFault) async throws -> Bool, chunk: (Int) async throws -> IntakeResult
    ) async throws -> IntakeResult {
        var size = limit
        while true {
            do {
                return try await chunk(size)
            } catch StoreError.database(let error) {
                guard let fault = RowFault(error) else { throw StoreError.database(error) }
                if size == 1 {
                    guard try await setAside(fault) else { throw StoreError.database(error) }
                    return IntakeResult(lanes: [], processed: 0, more: true)
                }
                size /= 2
            }
        }
    }

    private func putOffBranch(because fault: RowFault) async throws {
        let contact = try await storing {
            try await pools.durable.query(DecideStatement.putOff).column(UUID.self, at: 0).first
        }
        if let contact { try await mark(contact, DecideStatement.hold, because: fault) }
    }

    /// Says on a contact why it stays behind. One whose row refuses this as well is left as it is.
    private func mark(_ contact: UUID, _ sql: String, because fault: RowFault) async throws {
        try await storing {
            do {
                try await pools.durable.query(sql, [.uuid(contact), .string(fault.text)])
            } catch let error as PostgresError where RowFault(error) != nil {}
        }
    }

    private func decideChunk(_ limit: Int) async throws -> IntakeResult {
        try await planned { transaction in
            let rows = try await transaction.query(DecideStatement.sql, [.int64(Int64(limit))])
            let taken = Int(try rows.first?.decode(Int32.self, "taken") ?? 0)
            return IntakeResult(lanes: try rows.compactMap(Self.laneDue), processed: taken, more: taken >= limit)
        }
    }

    public func drainWakes(limit: Int) async throws -> IntakeResult {
        try await storing {
            let rows = try await pools.durable.query(
                """
                WITH gone AS (
                    DELETE FROM lane_wakes WHERE id = ANY (ARRAY(
                        SELECT id FROM lane_wakes ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED))
                    RETURNING lane_id, due)
                SELECT lane_id, min(due) AS due, sum(count(*)) OVER ()::int AS taken FROM gone GROUP BY lane_id
                """, [.int64(Int64(limit))])
            let taken = Int(try rows.first?.decode(Int32.self, "taken") ?? 0)
            return IntakeResult(lanes: try rows.compactMap(Self.laneDue), processed: taken, more: taken >= limit)
        }
    }

    /// A contact whose move the database refuses stays where it is while the others move: it is sent from there once
    /// its device is back, so it is not held. The next call tries it again.
    public func relocate(limit: Int) async throws -> IntakeResult {
        var refused: [UUID] = []
        while true {
            let result = try await narrowing(limit) { fault in
                guard refused.count < Self.mostRefused else { return false }
                let contact = try await planned { transaction in
                    try await transaction.query(RelocateStatement.next, [.int64(1), .uuidArray(refused)])
                        .column(UUID.self, at: 0).first
                }
                guard let contact else { return false }
                refused.append(contact)
                try await mark(contact, RelocateStatement.explain, because: fault)
                return true
            } chunk: { size in
                try await relocateChunk(size, without: refused)
            }
            // Nobody moved and yet there is more: one was set aside just now.
            guard result.processed == 0, result.more else { return result }
        }
    }

    /// Contacts that one call of ``relocate(limit:)`` goes around.
    private static let mostRefused = 100

    private func relocateChunk(_ limit: Int, without refused: [UUID]) async throws -> IntakeResult {
        try await planned { transaction in
            let rows = try await transaction.query(
                RelocateStatement.sql, [.int64(Int64(limit)), .uuidArray(refused)])
            let moved = Int(try rows.first?.decode(Int32.self, "moved") ?? 0)
            return IntakeResult(lanes: try rows.compactMap(Self.laneDue), processed: moved, more: moved >= limit)
        }
    }

    public func intakeBacklog() async throws -> Int {
        try await storing {
            Int(try await pools.durable.query(BacklogStatement.sql).scalar(Int64.self))
        }
    }

    /// One chunk of the oldest scan. `more` while any scan has more chunks.
    private func scan(limit: Int) async throws -> IntakeResult {
        try await narrowing(limit, setAside: passOver) { size in try await scanChunk(size) }
    }

    /// The oldest scan goes on behind its next contact, which the database refuses to put back into the queue. The
    /// other scans write nothing that a rule of the user's own could refuse.
    private func passOver(because fault: RowFault) async throws -> Bool {
        let place = try await planned { transaction -> (scan: Int64, contact: UUID)? in
            guard let scan = try await transaction.query(ScanStatements.next).first,
                let next = try Self.refusable(scan)
            else { return nil }
            let contact = try await transaction.query(next.sql, next.parameters).column(UUID.self, at: 0).first
            return try contact.map { (try scan.decode(Int64.self, "id"), $0) }
        }
        guard let place else { return false }
        // In this order: whatever comes between the two, the contact says why it is held.
        try await mark(place.contact, ScanStatements.quarantine, because: fault)
        try await storing {
            try await pools.durable.query(ScanStatements.advance, [.int64(place.scan), .uuid(place.contact)])
        }
        return true
    }

    /// The next contact of a scan whose writes a rule of the user's own may refuse.
    private static func refusable(_ scan: PostgresRow) throws -> (sql: String, parameters: [PostgresValue])? {
        let parameters: [PostgresValue] = [
            .string(try scan.decode(String.self, "workspace_id")), .uuid(try scan.decode(UUID.self, "after_id")),
            .int64(1),
        ]
        return switch try scan.decode(String.self, "purpose") {
        case "recheck": (ScanStatements.held, parameters)
        case "limit": (EnrollmentLimit.next, parameters + [.string(try scan.decode(String.self, "trigger"))])
        default: nil
        }
    }

    private func scanChunk(_ limit: Int) async throws -> IntakeResult {
        try await planned { transaction in
            guard let scan = try await transaction.query(ScanStatements.next).first else {
                return IntakeResult(lanes: [], processed: 0, more: false)
            }
            let id = try scan.decode(Int64.self, "id")
            let workspace = PostgresValue.string(try scan.decode(String.self, "workspace_id"))
            let after = PostgresValue.uuid(try scan.decode(UUID.self, "after_id"))
            let count = PostgresValue.int64(Int64(limit))
            var lanes: [LaneDue] = []
            var last: UUID?
            var seen = 0
            switch try scan.decode(String.self, "purpose") {
            case "recheck":
                let rows = try await transaction.query(ScanStatements.recheck, [workspace, after, count])
                lanes = try rows.compactMap(Self.laneDue)
                (last, seen) = (try rows.last?.decode(UUID.self, "id"), rows.count)
            case "limit":
                let sequence = PostgresValue.string(try scan.decode(String.self, "trigger"))
                let rows = try await transaction.query(EnrollmentLimit.release, [workspace, after, count, sequence])
                lanes = try rows.compactMap(Self.laneDue)
                (last, seen) = (try rows.last?.decode(UUID.self, "id"), rows.count)
            case "place":
                let row = try await transaction.query(ScanStatements.unplaced, [workspace, after, count])[0]
                (last, seen) = (try row.decode(UUID?.self, "last"), Int(try row.decode(Int32.self, "seen")))
            case let purpose where purpose == "leadless" || purpose == "homeless":
                let statement = purpose == "leadless" ? ScanStatements.leadless : ScanStatements.homeless
                let row = try await transaction.query(statement, [after, count])[0]
                (last, seen) = (try row.decode(UUID?.self, "last"), Int(try row.decode(Int32.self, "seen")))
            default:
                let trigger = PostgresValue.string(try scan.decode(String.self, "trigger"))
                let row = try await transaction.query(ScanStatements.leads, [workspace, trigger, after, count])[0]
                (last, seen) = (try row.decode(UUID?.self, "last"), Int(try row.decode(Int32.self, "seen")))
            }
            if seen < limit {
                try await transaction.query("DELETE FROM intake_scans WHERE id = $1", [.int64(id)])
            } else {
                try await transaction.query(ScanStatements.advance, [.int64(id), .uuid(last)])
            }
            // Whatever this chunk found waits in the intake, and the next scan behind it: look again.
            return IntakeResult(lanes: lanes, processed: seen, more: true)
        }
    }

    /// A transaction whose statements are planned each time, with the tables' sizes of now.
    func planned<Value: Sendable>(
        within deadline: Duration? = nil, _ settings: String = IntakeSession.plannedAnew,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await storing {
            try await pools.durable.withTransaction(.readCommitted, deadline: deadline) { transaction in
                try await transaction.query(settings)
                return try await body(transaction)
            }
        }
    }

    static func laneDue(_ row: PostgresRow) throws -> LaneDue? {
        guard let lane = try row.decode(Int64?.self, "lane_id"), let due = try row.optionalTime("due") else {
            return nil
        }
        return LaneDue(lane: LaneID(rawValue: lane), due: due)
    }
}
