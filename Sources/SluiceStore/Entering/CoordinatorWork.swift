internal import FoundationEssentials
internal import PostgresDriver
public import SluiceCore

extension PostgresCoordinatorStore: WorkStore {
    public func waitingWork() async throws -> WaitingWork {
        try await storing {
            let row = try await pools.durable.query(WaitingStatement.sql)[0]
            return WaitingWork(
                areas: Set(try row.decode([String].self, "areas").compactMap(WorkArea.init(rawValue:))),
                hasCounts: try row.decode(Bool.self, "has_counts"),
                next: try row.decode(Double?.self, "next").map { .seconds($0) })
        }
    }

    public func work(_ area: WorkArea, limit: Int) async throws -> IntakeResult {
        switch area {
        case .cleanup: try await cleanUp(limit: limit)
        case .flow:
            try await intake(of: area, limit: min(limit, Self.flowsAtOnce)) { transaction, rows in
                try await FlowStore(transaction: transaction).compile(intake: rows)
                return []
            }
        case .trigger: try await trigger(limit: limit)
        case .campaign: try await enterCampaign(limit: limit)
        case .scheduled: try await schedule(limit: limit)
        case .recurring: try await recur(limit: limit)
        case .event: try await announce(limit: limit)
        case .optOut:
            try await intake(of: area, limit: limit) { transaction, rows in
                try await transaction.query(
                    OptOutStatement.sql, [.int64Array(rows), .bool(optOutScope == .everywhere)])
                return []
            }
        case .progress: try await tell(limit: limit)
        }
    }

    /// Flows of one transaction: some 100 ms, most of it theirs who drew them large.
    private static let flowsAtOnce = 20

    /// Works off the rows of an area that wait longest, each chunk in one transaction.
    func intake(
        of area: WorkArea, limit: Int, _ chunk: (PostgresTransaction, [Int64]) async throws -> [LaneDue]
    ) async throws -> IntakeResult {
        let rows = try await storing {
            try await pools.durable.query(
                WaitingStatement.rows, [.string(area.rawValue), .int64(Int64(limit))]
            ).column(Int64.self, at: 0)
        }
        let lanes = try await eachRow(rows[...], of: .work) { part in
            try await planned(within: .seconds(30), IntakeSession.waitingBriefly) { try await chunk($0, Array(part)) }
        }
        return IntakeResult(lanes: lanes, processed: rows.count, more: rows.count == limit)
    }

    /// Enters people, all or none. See ``EnterStatement``.
    public func enter(_ entries: [Entry]) async throws -> (verdicts: [EntryVerdict], lanes: [LaneDue]) {
        try await planned(within: .seconds(30), IntakeSession.waitingBriefly) { try await $0.enter(entries) }
    }

    public func untilNextBranch() async throws -> Duration? {
        try await storing {
            try await pools.durable.query(DecideStatement.untilNext).column(Double.self, at: 0).first.map {
                .seconds(max(0, $0))
            }
        }
    }

    public func foldCounts() async throws {
        try await storing {
            try await pools.durable.query(UpkeepStatements.foldTallies)
            try await pools.durable.query(CampaignStatements.project)
        }
    }

    /// One chunk of the contacts of cancelled sources.
    private func cleanUp(limit: Int) async throws -> IntakeResult {
        try await planned { transaction in
            guard let source = try await transaction.query(CleanupStatements.next).first else {
                return IntakeResult(lanes: [], processed: 0, more: false)
            }
            let key: [PostgresValue] = [
                .string(try source.decode(String.self, "kind")), .string(try source.decode(String.self, "source_id")),
            ]
            let isAnyLeft = try source.decode(Bool.self, "is_any_left")
            var seen = 0
            if isAnyLeft {
                let chunk = try await transaction.query(CleanupStatements.lanes, key + [.int64(Int64(limit))])[0]
                seen = Int(try chunk.decode(Int32.self, "seen"))
                if seen > 0 { return IntakeResult(lanes: [], processed: seen, more: true) }
                let after = PostgresValue.uuid(try source.decode(UUID.self, "after_id"))
                let others = try await transaction.query(CleanupStatements.others, key + [after])[0]
                seen = Int(try others.decode(Int32.self, "seen"))
                if seen == CleanupStatements.lookedThroughAll, let last = try others.decode(UUID?.self, "last") {
                    try await transaction.query(CleanupStatements.goOn, key + [.uuid(last)])
                    return IntakeResult(lanes: [], processed: seen, more: true)
                }
            }
            try await transaction.query(CleanupStatements.finish, key + [.bool(isAnyLeft)])
            return IntakeResult(lanes: [], processed: seen, more: true)
        }
    }
}
