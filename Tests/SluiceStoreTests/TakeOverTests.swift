import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct TakeOverTests {
    /// The cluster's shard dies and another owns its slots.
    static func replace(
        _ world: any StoreWorld, _ cluster: Cluster
    ) async throws -> (node: Incarnation, owned: [SlotOwnership]) {
        try await world.lapse(cluster.node)
        _ = try await world.leader.fenceLapsed(term: cluster.term)
        let node = try await world.shard.register(node: .test("successor", .shard))
        let owned = try await world.leader.assign(
            HashSlot.all.map { SlotGrant(slot: $0, owner: node) }, term: cluster.term)
        return (node, owned)
    }

    @Test(arguments: StoreKind.allCases) func marksOrphansAndLoadsCharges(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 6)
            let reservations = try await cluster.reserveAll()
            try await cluster.settle([reservations[0]], .sent)
            try await cluster.settle([reservations[1]], .unknown)
            try await cluster.settle([reservations[2]], .retry)
            try await cluster.settle([reservations[3]], .aborted)
            try await cluster.settle([reservations[4]], .device)
            let next = try await Self.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            #expect(found.orphans == 1)
            #expect(try await world.attempts(of: reservations[5].claim.contact).map(\.code) == ["owner_died"])
            // Sent and refused at their settlement; the unknown and the orphan open until their deadline.
            #expect(found.charges.keys.reduce(0) { $0 + $1.open.count } == 2)
            #expect(found.charges.keys.reduce(0) { $0 + $1.settled.count } == 2)
            #expect(Set(found.charges.keys.map(\.capKey)) == ["628110000001"])
            let again = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            #expect(again.orphans == 0)
            #expect(again.charges.count == 4)
            try await Counts.expectExact(world)
        }
    }

    /// A ledger of more pages than a statement reads, so that both sessions have some: wide rows.
    @Test func aLongLedgerIsReadOnce() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let reservation = try #require(try await cluster.reserveAll().first)
            // Three rows a page.
            for part: Int32 in 0..<10 {
                try await world.sql.query(
                    """
                    INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id,
                        cap_key, slot, epoch, incarnation, recipient, source_id, reserved_at, deadline, state, settled_at,
                        detail)
                    SELECT l.day, gen_random_uuid(), 1, l.workspace_id, 1, 0, 0, l.device_id, l.cap_key, l.slot, 0, 0,
                        l.recipient, l.source_id, l.reserved_at, l.deadline, 'sent',
                        l.reserved_at - n * interval '1 microsecond', repeat('x', 1500)
                    FROM send_ledger l, generate_series($1::int + 1, $1 + 3000) n
                    WHERE l.state = 'reserved'
                    """, [.int32(part * 3_000)], deadline: .seconds(60))
            }
            let pages = try await world.sql.query(
                """
                SELECT sum(pg_relation_size(inhrelid) / 8192)::bigint FROM pg_inherits
                WHERE inhparent = 'send_ledger'::regclass
                """
            ).scalar(Int64.self)
            #expect(pages > 8_192, "one session has it all")
            let next = try await Self.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            #expect(found.orphans == 1)
            let settled = found.charges.keys.flatMap(\.settled)
            #expect(settled.count == 30_000 && Set(settled).count == 30_000)
            #expect(found.charges.keys.reduce(0) { $0 + $1.open.count } == 1)
            #expect(Set(found.charges.keys.map(\.capKey)) == ["628110000001"])
            #expect(try await world.attempts(of: reservation.claim.contact).map(\.state) == ["unknown"])
        }
    }

    @Test(arguments: StoreKind.allCases) func aZombiesTruthIsWelcomeAfterwards(_ store: StoreKind) async throws {
        try await store.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            let next = try await Self.replace(world, cluster)
            _ = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            #expect(try await world.onlyContact().status == "unknown")
            try await cluster.settle([reservation], .sent)
            #expect(try await world.onlyContact().trigger == "b")
        }
    }

    @Test(arguments: StoreKind.allCases) func anOrphanWhoseContactIsLockedIsSettledLater(_ store: StoreKind)
        async throws
    {
        try await store.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            let next = try await Self.replace(world, cluster)
            try await world.whileLocked(reservation.claim.contact) {
                let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
                #expect(found.charges.count == 1)
                _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
            }
            #expect(try await world.attempts(of: reservation.claim.contact).map(\.state) == ["reserved"])
            try await eventually("it to be settled") {
                _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
                return try await world.attempts(of: reservation.claim.contact).map(\.state) == ["unknown"]
            }
            #expect(try await world.onlyContact().status == "unknown")
            #expect(try await world.settlesLeft() == 0)
        }
    }

    @Test(arguments: StoreKind.allCases) func claimsOfADeadNodeReturn(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            _ = try await cluster.claim(2)
            _ = try await Self.replace(world, cluster)
            let taken = try await world.leader.takeBack(expiredAfter: nil, olderThan: nil, limit: 10)
            #expect(taken.claims.map(\.count) == [2])
            #expect(try await world.contacts().map(\.claimState) == [0, 0])
        }
    }

    @Test func devicesCarryTheirCapsAndGateway() async throws {
        try await PostgresWorld.with { world in
            let device = try await world.addDevice()
            try await world.sql.execute(
                script: """
                    INSERT INTO gateways (id, dialect, base_url, credentials, is_default)
                        VALUES ('g', 'webhook', 'http://127.0.0.1:1', '{"token": "t"}', true);
                    UPDATE device_caps SET hourly_cap = 5, windows = '[{"seconds": 60, "limit": 2}]',
                        base_url = 'http://127.0.0.1:2';
                    """)
            try await world.shard.record(.banned(until: nil), detail: "spam", of: device)
            let profile = try #require(try await world.shard.devices(in: Array(HashSlot.all)).first)
            #expect(profile.caps.windows.map(\.limit) == [5, 800, 2])
            #expect(profile.caps.concurrency == 50)
            #expect(profile.gateway.baseURL == "http://127.0.0.1:2")
            #expect(profile.gateway.credentials == ["token": "t"])
            #expect(profile.gateway.httpTimeout == Dialect.webhook.httpTimeout)
            #expect(profile.gateway.acceptsLateFor == Dialect.webhook.acceptsLateFor)
            #expect(profile.condition == .banned(until: nil))
            #expect(profile.historyFrom == nil)
            #expect(try await world.sql.query("SELECT status FROM user_devices").scalar(String.self) == "banned")
            await #expect(throws: PostgresError.self) {
                try await world.sql.query("UPDATE device_caps SET hourly_cap = 0")
            }
        }
    }
}
