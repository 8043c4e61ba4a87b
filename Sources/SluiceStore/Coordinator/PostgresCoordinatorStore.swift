internal import FoundationEssentials
internal import PostgresDriver
public import SluiceCore

/// ``CoordinatorStore`` on PostgreSQL.
public struct PostgresCoordinatorStore: CoordinatorStore {
    let pools: StorePools
    private let restoreSilence: Duration?
    let optOutScope: OptOutScope
    let enrollments = IntakeCursor()

    /// - Parameters:
    ///   - restoreSilence: a database whose leader fell silent for longer, without having left, is taken for a restored
    ///     backup. Nil: never.
    ///   - optOutScope: where it holds what people have told a gateway.
    public init(
        pools: StorePools, restoreSilence: Duration? = .seconds(3600), optOutScope: OptOutScope = .workspace
    ) {
        self.pools = pools
        self.restoreSilence = restoreSilence
        self.optOutScope = optOutScope
    }

    // MARK: The node and the lead

    public func register(node: NodeRegistration) async throws -> Incarnation {
        try await storing {
            try await pools.lease.withTransaction(.readCommitted, deadline: .seconds(60)) { transaction in
                // A restore that is noticed rewrites a row of every device and slot.
                try await transaction.query("SET LOCAL statement_timeout = '60s'")
                try await transaction.query(
                    "SELECT sluice_notice_restore($1::bigint * interval '1 microsecond')",
                    [.int64(restoreSilence?.wholeMicroseconds)])
            }
        }
        return try await NodeLifecycle(pool: pools.lease).register(node)
    }

    public func renew(_ incarnation: Incarnation, leading: Term?) async throws -> LeadRenewal {
        try await storing {
            let rows = try await pools.lease.query(
                Self.renewSQL, [.int64(incarnation.rawValue), .int64(leading?.rawValue ?? -1)], deadline: .seconds(3))
            guard let row = rows.first else { throw StoreError.leaseLost }
            let led = try row.decode(Int64?.self, "led")
            return LeadRenewal(
                databaseNow: try row.time("now"), leading: led.map(Term.init(rawValue:)),
                current: Term(rawValue: try led ?? row.decode(Int64.self, "term")),
                assignmentVersion: try row.decode(Int64.self, "assignment"),
                control: ControlVersions(
                    all: try row.decode(Int64.self, "control"), devices: try row.decode(Int64.self, "devices")))
        }
    }

    public func leave(_ incarnation: Incarnation, leading: Term?) async throws {
        try await storing {
            if let leading {
                try await pools.lease.query(
                    """
                    WITH freed AS (
                        UPDATE coordinator_lease SET expires_at = '-infinity' WHERE incarnation = $1 AND term = $2
                        RETURNING 1)
                    SELECT pg_notify('\(StoreNotification.assignment.rawValue)', '') FROM freed
                    """, [.int64(incarnation.rawValue), .int64(leading.rawValue)])
            }
        }
        try await NodeLifecycle(pool: pools.lease).leave(incarnation)
    }

    public func noteClockStep(of parting: Duration, seenBy node: String) async throws {
        try await NodeLifecycle(pool: pools.lease).noteClockStep(of: parting, seenBy: node)
    }

    // MARK: Nodes and slots

    public func liveShards() async throws -> LiveShards {
        try await storing {
            let rows = try await pools.relaxed.query(
                """
                SELECT l.incarnation, l.node_name,
                    (extract(epoch FROM l.expires_at - clock_timestamp()) * 1000000)::bigint AS lease_left,
                    l.is_draining OR \(NodeLifecycle.isDrained("l")) AS is_draining
                FROM node_leases l
                    JOIN node_fences f USING (incarnation)
                WHERE l.role = '\(NodeRole.shard.rawValue)' AND l.expires_at > clock_timestamp() AND f.closed_at IS NULL
                  -- Until somebody says what was sent since the backup, nobody owns a slot, so nothing starts.
                  AND NOT EXISTS (SELECT FROM restores WHERE confirmed_at IS NULL)
                ORDER BY l.incarnation
                """)
            let members = try rows.map { row in
                ShardMember(
                    incarnation: Incarnation(rawValue: try row.decode(Int64.self, "incarnation")),
                    name: try row.decode(String.self, "node_name"), isDraining: try row.decode(Bool.self, "is_draining")
                )
            }
            let left = try rows.map { try $0.decode(Int64.self, "lease_left") }.min()
            return LiveShards(members: members, firstLapse: left.map { .microseconds($0) })
        }
    }

    public func fenceLapsed(term: Term) async throws -> [Incarnation] {
        try await storing {
            let rows = try await pools.durable.query(
                """
                WITH lead AS MATERIALIZED (
                    SELECT term FROM coordinator_lease WHERE term = $1 FOR SHARE
                ), lapsed AS MATERIALIZED (
                    -- In the order in which a take-over locks them, too.
                    SELECT incarnation FROM node_fences
                    WHERE closed_at IS NULL AND role = '\(NodeRole.shard.rawValue)' AND EXISTS (SELECT FROM lead)
                      AND incarnation IN (SELECT incarnation FROM node_leases WHERE expires_at < clock_timestamp())
                    ORDER BY incarnation FOR UPDATE
                ), fenced AS (
                    UPDATE node_fences f SET closed_at = clock_timestamp() FROM lapsed l
                    WHERE f.incarnation = l.incarnation AND f.closed_at IS NULL RETURNING f.incarnation)
                SELECT f.incarnation FROM lead LEFT JOIN fenced f ON true
                """, [.int64(term.rawValue)])
            guard rows.count > 0 else { throw StoreError.termLost }
            return try rows.compactMap { try $0.incarnation("incarnation") }
        }
    }

    public func slotOwnerships() async throws -> [SlotOwnership] {
        try await storing {
            try await pools.relaxed.query("SELECT slot, epoch, owner, wanted FROM slot_owners ORDER BY slot")
                .map(SlotOwnership.init(row:))
        }
    }

    public func assign(_ grants: [SlotGrant], term: Term) async throws -> [SlotOwnership] {
        try await storing {
            let rows = try await pools.durable.query(
                Self.assignSQL,
                [
                    .slots(grants.map(\.slot)), .int64Array(grants.map(\.owner?.rawValue)), .int64(term.rawValue),
                ])
            guard rows.count > 0 else { throw StoreError.termLost }
            return try rows.filter { try $0.decode(Int16?.self, "slot") != nil }.map(SlotOwnership.init(row:))
        }
    }

    // MARK: Lanes and claims

    public func lanes() async throws -> [Lane] {
        try await storing {
            var lanes: [Lane] = []
            var isMore = true
            while isMore {
                let last = lanes.last?.id.rawValue ?? .min
                let page = try await pools.relaxed.query(LaneStatements.page, [.int64(last)])
                lanes += try page.map(LaneStatements.lane)
                isMore = page.count == LaneStatements.pageSize
            }
            return lanes
        }
    }

    public func lanes(_ ids: [LaneID]) async throws -> [Lane] {
        try await storing {
            try await pools.relaxed.query(LaneStatements.named, [.int64Array(ids.map(\.rawValue))])
                .map(LaneStatements.lane)
        }
    }

    public func routes() async throws -> [DeviceRoute] {
        try await storing {
            try await pools.relaxed.query(
                """
                SELECT c.device_id, c.cap_key, c.hash_slot, w.floor_low::float8 AS floor_low FROM device_caps c
                LEFT JOIN user_devices d ON d.id = c.device_id LEFT JOIN workspaces w ON w.id = d.workspace_id
                ORDER BY c.device_id
                """
            ).map { row in
                var route = DeviceRoute(
                    device: try row.device("device_id"), capKey: try row.decode(String.self, "cap_key"),
                    slot: try row.slot("hash_slot"))
                if let floor = try row.decode(Double?.self, "floor_low") { route.floor = FloorShare(floor) }
                return route
            }
        }
    }

    public func claim(_ request: ClaimRequest, lasting: Duration) async throws -> ClaimResult {
        try await storing {
            let parameters = ClaimStatement.parameters(request, lasting: lasting)
            let rows = try await untouchables.around(ClaimStatement.candidates, Array(parameters.prefix(4))) {
                let sql = request.shares.contains(where: \.isPaced) ? ClaimStatement.paced : ClaimStatement.sql
                return try await pools.claims.query(sql, parameters, deadline: .seconds(4))
            }
            guard rows.count > 0 || request.shares.isEmpty else { throw StoreError.termLost }
            return try ClaimStatement.result(rows, of: request)
        }
    }

    public func takeBack(expiredAfter: DatabaseTime?, olderThan term: Term?, limit: Int) async throws -> TakenBack {
        try await storing {
            let first = term.map { BatchID(term: $0, ordinal: 0).rawValue } ?? Int64.min
            // Both before the take-back: when one of them throws, no claim has been taken back uncounted.
            try await untouchables.review()
            let settled = try await SettlesLeft(pool: pools.durable).settle()
            let parameters: [PostgresValue] = [
                expiredAfter.map { .timestamp($0.parameter) } ?? .null, .int64(first), .int64(Int64(limit)),
            ]
            let rows = try await untouchables.around(TakeBackStatement.candidates, parameters) {
                try await pools.durable.query(TakeBackStatement.sql, parameters)
            }
            var taken = TakenBack(claims: [], lanes: settled, batches: 0)
            for row in rows {
                taken.batches = Int(try row.decode(Int32.self, "batches"))
                guard let device = try row.decode(UUID?.self, "device_id") else { continue }
                let batch = BatchID(rawValue: try row.decode(Int64.self, "batch"))
                taken.claims.append(
                    ReturnedClaims(
                        device: DeviceID(rawValue: device), batch: batch, count: Int(try row.decode(Int32.self, "n"))))
                if let due = try row.optionalTime("due") {
                    taken.lanes.append(LaneDue(lane: try row.lane("lane"), due: due))
                }
            }
            return taken
        }
    }

    private var untouchables: Untouchables { Untouchables(pool: pools.durable) }

    // MARK: Upkeep

    public func maintain(keepDays: Int) async throws {
        try await storing {
            for ahead in 0...2 {
                try await pools.durable.query(UpkeepStatements.makeLedgerDay, [.int32(Int32(ahead))])
            }
            for statement in [
                UpkeepStatements.foldTallies, UpkeepStatements.foldControlChanges, UpkeepStatements.forgetNodes,
                UpkeepStatements.forgetCompletions, UpkeepStatements.forgetBranches,
                UpkeepStatements.forgetEarlierSlots, UpkeepStatements.forgetAnswers, ScanStatements.stepsBack,
            ] {
                try await pools.durable.query(statement)
            }
            try await pools.durable.query(UpkeepStatements.forgetExternalIDs, [.int32(Int32(keepDays))])
            let old = try await pools.durable.query(UpkeepStatements.oldLedgerDays, [.int32(Int32(keepDays))])
            for row in old {
                let name = try row.decode(String.self, "name").quotedIdentifier
                // Of a detachment that was interrupted half-way only the second half is left to do.
                let how = try row.decode(Bool.self, "is_half_detached") ? "FINALIZE" : "CONCURRENTLY"
                try await pools.durable.query("ALTER TABLE send_ledger DETACH PARTITION \(name) \(how)")
                try await pools.durable.query("DROP TABLE \(name)")
            }
        }
    }

    // MARK: SQL

    /// The node's lease, and the lead: kept by whom it belongs to, taken by whoever comes first when it has run out. A
    /// drained node takes none, and ends the one it has.
    private static let renewSQL = """
        WITH \(NodeLifecycle.renewalCTE), candidate AS MATERIALIZED (
            SELECT lease, \(NodeLifecycle.isDrained("renewed")) AS is_drained FROM renewed
        ), yielded AS (
            UPDATE coordinator_lease SET expires_at = '-infinity'
            WHERE incarnation = $1 AND expires_at > clock_timestamp() AND EXISTS (SELECT FROM candidate WHERE is_drained)
        ), lead AS (
            UPDATE coordinator_lease SET
                term = CASE WHEN incarnation = $1 AND term = $2 AND expires_at > clock_timestamp() THEN term
                    ELSE term + 1 END,
                incarnation = $1,
                expires_at = clock_timestamp() + (SELECT lease FROM candidate)
            WHERE EXISTS (SELECT FROM candidate WHERE NOT is_drained)
              AND (expires_at < clock_timestamp() OR incarnation = $1)
            RETURNING term)
        SELECT clock_timestamp() AS now, (SELECT term FROM lead) AS led, c.term, v.assignment,
            sluice_control_version() AS control, sluice_device_version() AS devices
        FROM renewed, cluster_versions v, coordinator_lease c
        """

    /// Slots without a live owner change hands; for the others the leader's wish is recorded and the owner acts on it.
    private static let assignSQL = """
        WITH lead AS MATERIALIZED (
            SELECT term FROM coordinator_lease WHERE term = $3 FOR SHARE
        ), wish AS MATERIALIZED (
            SELECT w.slot, w.owner, o.epoch, NOT EXISTS (SELECT FROM node_fences f
                WHERE f.incarnation = o.owner AND f.closed_at IS NULL) AS is_free
            FROM unnest($1::smallint[], $2::bigint[]) AS w(slot, owner) JOIN slot_owners o ON o.slot = w.slot
            WHERE EXISTS (SELECT FROM lead) ORDER BY w.slot FOR UPDATE OF o
        ), changed AS (
            UPDATE slot_owners s SET wanted = w.owner,
                owner = CASE WHEN w.is_free THEN w.owner ELSE s.owner END,
                epoch = s.epoch + CASE WHEN w.is_free THEN 1 ELSE 0 END
            -- The epoch again: an owner that gave the slot up meanwhile has decided who has it now.
            FROM wish w WHERE s.slot = w.slot AND s.epoch = w.epoch
            RETURNING s.slot, s.epoch, s.owner, s.wanted
        ), version AS (
            UPDATE cluster_versions SET assignment = assignment + 1 WHERE EXISTS (SELECT FROM changed)
        )
        SELECT c.slot, c.epoch, c.owner, c.wanted FROM lead LEFT JOIN changed c ON true ORDER BY c.slot
        """
}
