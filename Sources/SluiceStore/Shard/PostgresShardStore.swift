internal import FoundationEssentials
internal import PostgresDriver
public import SluiceCore

/// ``ShardStore`` on PostgreSQL.
public struct PostgresShardStore: ShardStore {
    private let pools: StorePools
    private let devices: DeviceStatements

    public init(pools: StorePools, windows: CapWindows) {
        self.pools = pools
        devices = DeviceStatements(windows: windows)
    }

    // MARK: The node

    public func register(node: NodeRegistration) async throws -> Incarnation {
        try await NodeLifecycle(pool: pools.lease).register(node)
    }

    public func leave(_ incarnation: Incarnation) async throws {
        try await NodeLifecycle(pool: pools.lease).leave(incarnation)
    }

    public func noteClockStep(of parting: Duration, seenBy node: String) async throws {
        try await NodeLifecycle(pool: pools.lease).noteClockStep(of: parting, seenBy: node)
    }

    public func drain(_ incarnation: Incarnation) async throws {
        try await storing {
            try await pools.lease.query(
                """
                WITH draining AS (
                    UPDATE node_leases SET is_draining = true WHERE incarnation = $1 AND NOT is_draining RETURNING 1)
                UPDATE cluster_versions SET assignment = assignment + 1 WHERE EXISTS (SELECT FROM draining)
                """, [.int64(incarnation.rawValue)])
        }
    }

    public func renew(_ incarnation: Incarnation) async throws -> Renewal {
        try await storing {
            let rows = try await pools.lease.query(
                """
                WITH \(NodeLifecycle.renewalCTE)
                SELECT clock_timestamp() AS now, l.term, v.assignment, sluice_device_version() AS control,
                    ARRAY(SELECT batch FROM claim_batches WHERE owner = $1 AND open_claims > 0
                        AND expires_at > statement_timestamp() ORDER BY batch LIMIT 1000) AS batches
                FROM renewed, cluster_versions v, coordinator_lease l
                """, [.int64(incarnation.rawValue)], deadline: .seconds(3))
            guard let row = rows.first else { throw StoreError.leaseLost }
            return Renewal(
                databaseNow: try row.time("now"), term: Term(rawValue: try row.decode(Int64.self, "term")),
                assignmentVersion: try row.decode(Int64.self, "assignment"),
                controlVersion: try row.decode(Int64.self, "control"),
                openBatches: try row.decode([Int64].self, "batches").map(BatchID.init(rawValue:)))
        }
    }

    public func versions() async throws -> ClusterVersions {
        try await storing {
            let rows = try await pools.relaxed.query(
                """
                SELECT l.term, v.assignment, sluice_device_version() AS control
                FROM cluster_versions v, coordinator_lease l
                """, deadline: .seconds(3))
            guard let row = rows.first else { throw StoreError.malformed("cluster_versions has no row") }
            return ClusterVersions(
                term: Term(rawValue: try row.decode(Int64.self, "term")),
                assignment: try row.decode(Int64.self, "assignment"), control: try row.decode(Int64.self, "control"))
        }
    }

    // MARK: Slots and devices

    public func ownedSlots(_ incarnation: Incarnation) async throws -> [SlotOwnership] {
        try await storing {
            try await pools.relaxed.query(
                "SELECT slot, epoch, owner, wanted FROM slot_owners WHERE owner = $1 ORDER BY slot",
                [.int64(incarnation.rawValue)]
            ).map(SlotOwnership.init(row:))
        }
    }

    public func devices(in slots: [HashSlot]) async throws -> [DeviceProfile] {
        try await storing {
            // In the order in which the table has them: those that were made together are claimed together, and lie
            // together in the node's memory. 300,000 devices take seconds on a busy machine.
            try await pools.relaxed.query(DeviceStatements.profiles, [.slots(slots)], deadline: .seconds(30))
                .map(devices.profile)
        }
    }

    public func record(_ condition: DeviceCondition, detail: String, of device: DeviceID) async throws {
        var until: PostgresTimestamp?
        if case .banned(let time) = condition { until = time?.parameter }
        try await storing {
            try await pools.relaxed.query(
                DeviceStatements.record,
                [.uuid(device.rawValue), .string(condition.name), .string(detail), .timestamp(until)])
        }
    }

    public func giveUp(_ slots: [SlotOwnership], by incarnation: Incarnation) async throws {
        try await storing {
            try await pools.durable.query(
                GiveUpStatement.sql,
                [
                    .int64(incarnation.rawValue), .slots(slots.map(\.slot)), .int64Array(slots.map(\.epoch.rawValue)),
                ])
        }
    }

    public func takeOver(
        _ slots: [SlotOwnership], by incarnation: Incarnation, lookback: Duration
    ) async throws -> TakeOver {
        try await storing {
            try await pools.durable.query(TakeOverStatements.keyBarrier, [.slots(slots.map(\.slot))])
            let read = try await LedgerReading(
                pool: pools.durable, second: pools.relaxed, slots: slots.map(\.slot), lookback: lookback
            ).run()
            // Afterwards: a step while the charges were read is in doubt too.
            guard let clock = try await pools.durable.query(TakeOverStatements.clock).first else {
                throw StoreError.malformed("no answer to what time it is")
            }
            var found = TakeOver(
                charges: read.charges, orphans: 0, lanes: [], readAt: try clock.time("now"),
                isClockInDoubt: try clock.decode(Bool.self, "is_in_doubt"))
            let orphans = try await orphans(among: read.reserved, of: slots)
            (found.orphans, found.lanes) = (orphans.count, try await settle(orphans: orphans))
            return found
        }
    }

    // MARK: Claims, reserves, settles

    public func openBatch(_ batch: BatchID, of incarnation: Incarnation) async throws -> DispatchBatch? {
        try await storing {
            let rows = try await pools.relaxed.query(
                """
                SELECT b.expires_at, c.id, l.device_id, c.lane_id, \(LaneNumbers.priorityClass) AS priority_class,
                    o.slot, o.epoch
                FROM claim_batches b
                CROSS JOIN unnest(b.contacts) AS u(id)
                JOIN sequence_contacts c ON c.id = u.id AND c.claim_state = 1 AND c.claim_batch = b.batch
                JOIN lanes l ON l.id = c.lane_id
                \(LaneNumbers.source)
                JOIN device_caps d ON d.device_id = l.device_id
                JOIN slot_owners o ON o.slot = d.hash_slot AND o.owner IS NOT DISTINCT FROM $2
                WHERE b.batch = $1 AND b.owner = $2 AND b.expires_at > clock_timestamp()
                """, [.int64(batch.rawValue), .int64(incarnation.rawValue)])
            guard let first = rows.first else { return nil }
            return DispatchBatch(
                id: batch, owner: incarnation, expiresAt: try first.time("expires_at"),
                claims: try rows.map { row in
                    Claim(
                        contact: try row.contact("id"), device: try row.device("device_id"),
                        lane: try row.lane("lane_id"), priorityClass: try row.priorityClass("priority_class"),
                        slot: try row.slot("slot"), epoch: try row.epoch("epoch"), batch: batch)
                })
        }
    }

    public func reserve(_ requests: [ReserveRequest], by incarnation: Incarnation) async throws -> [ReserveVerdict] {
        try await storing {
            let parameters = ReserveStatement.parameters(requests, by: incarnation)
            let result = try await pools.durable.query(ReserveStatement.sql, parameters, deadline: .seconds(4))
            let busy = result.count < requests.count ? await self.busy(parameters) : []
            return try ReserveStatement.verdicts(result, busy: busy, for: requests)
        }
    }

    /// Those of a reserve's claims that it skipped, because their contacts are locked.
    private func busy(_ parameters: [PostgresValue]) async -> Set<ContactID> {
        do {
            let rows = try await pools.durable.query(ReserveStatement.busy, parameters, deadline: .milliseconds(200))
            return Set(try rows.map { try $0.contact("id") })
        } catch {
            // Whatever is wrong, those that are reserved by now must start within a second and are not held up for the
            // others, let alone given up: these count as gone, and their claims expire.
            return []
        }
    }

    public func release(_ claims: [Claim]) async throws -> [(claim: Claim, due: DatabaseTime)] {
        try await storing {
            let parameters = claimParameters(claims)
            let rows = try await Untouchables(pool: pools.durable).around(
                "SELECT unnest($1::uuid[]) AS id", [parameters[0]]
            ) {
                try await pools.durable.query(ReleaseStatement.sql, parameters, deadline: .seconds(4))
            }
            let known = Dictionary(claims.map { ($0.contact, $0) }, uniquingKeysWith: { first, _ in first })
            return try rows.compactMap { row in
                try known[try row.contact("id")].map { ($0, try row.time("due")) }
            }
        }
    }

    public func reportFault(_ fault: RowFault, of claim: Claim) async throws -> ReleasedClaim? {
        try await storing {
            let rows = try await pools.durable.query(
                FaultStatements.report,
                [.uuid(claim.contact.rawValue), .int64(claim.batch.rawValue), .string(fault.text)],
                deadline: .seconds(4))
            guard let row = rows.first else { return nil }
            return ReleasedClaim(claim: claim, due: try row.optionalTime("due"))
        }
    }

    public func abortLost(
        _ claims: [Claim], by incarnation: Incarnation
    ) async throws -> [(claim: Claim, due: DatabaseTime?)] {
        try await storing {
            let rows = try await pools.durable.query(TakeOverStatements.lostReserves, claimParameters(claims))
            let lost = try rows.map { try SettleRow($0, outcome: .aborted(code: "reserve_answer_lost")) }
            // Waits for locked contacts: one skipped here would stay reserved for ever, and nobody would know.
            let result = try await settler.settle(lost, waiting: true)
            // Nobody here will settle these again: their claims are reported as done with.
            try await SettlesLeft(pool: pools.durable).keep(result.faulty.map { lost[$0] })
            let dues = Dictionary(result.lanes.map { ($0.lane, $0.due) }, uniquingKeysWith: min)
            let aborted = Set(lost.map(\.contact))
            return claims.filter { aborted.contains($0.contact) }.map { ($0, dues[$0.lane]) }
        }
    }

    public func settle(_ settlements: [Settlement]) async throws -> SettleResult {
        try await storing {
            let result = try await settler.settle(settlements.map(SettleRow.init))
            return SettleResult(
                lanes: result.lanes, busy: result.busy.map { settlements[$0] },
                faulty: result.faulty.map { settlements[$0] })
        }
    }

    public func setAside(_ settlements: [Settlement]) async throws {
        try await storing { try await SettlesLeft(pool: pools.durable).keep(settlements.map(SettleRow.init)) }
    }

    private func orphans(among contacts: [UUID], of slots: [SlotOwnership]) async throws -> [SettleRow] {
        guard !contacts.isEmpty else { return [] }
        return try await pools.durable.query(
            TakeOverStatements.orphans,
            [.slots(slots.map(\.slot)), .int64Array(slots.map(\.epoch.rawValue)), .uuidArray(contacts)]
        ).map(SettleRow.init(orphan:))
    }

    /// Returns the lanes of those that are due again. Nothing about an orphan may keep its slot's devices from sending:
    /// what cannot be settled here, for whatever reason, is left to the leader.
    private func settle(orphans: [SettleRow]) async throws -> [LaneDue] {
        var result = Settler.Result()
        var left = orphans
        do {
            result = try await settler.settle(orphans)
            left = (result.busy + result.faulty).map { orphans[$0] }
        } catch let error as PostgresError where !error.isConnectionFatal {}
        try await SettlesLeft(pool: pools.durable).keep(left)
        return result.lanes
    }

    private var settler: Settler { Settler(pool: pools.durable) }

    private func claimParameters(_ claims: [Claim]) -> [PostgresValue] {
        [.uuidArray(claims.map(\.contact.rawValue)), .int64Array(claims.map(\.batch.rawValue))]
    }
}

extension PostgresValue {
    static func slots(_ slots: [HashSlot]) -> PostgresValue { .int16Array(slots.map { Int16($0.rawValue) }) }
}

extension SlotOwnership {
    init(row: PostgresRow) throws {
        self.init(
            slot: try row.slot("slot"), epoch: try row.epoch("epoch"), owner: try row.incarnation("owner"),
            wanted: try row.incarnation("wanted"))
    }
}
