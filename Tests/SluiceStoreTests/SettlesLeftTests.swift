import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Outcomes that nobody could write for long: they outlive their node.
@Suite struct SettlesLeftTests {
    @Test(
        arguments: StoreKind.allCases, [(Outcome.sent, "sent"), (.aborted, "aborted"), (.permanent, "failed")])
    func whatIsSetAsideIsSettledAsItWasWhenTheLockGoes(
        _ store: StoreKind, _ kept: (outcome: Outcome, state: String)
    ) async throws {
        let (outcome, state) = kept
        try await store.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            let contact = reservation.claim.contact
            try await world.whileLocked(contact) {
                let result = try await cluster.settle([reservation], outcome)
                #expect(result.busy.count == 1)
                try await world.shard.setAside(result.busy)
                try await world.shard.setAside(result.busy)
                #expect(try await world.settlesLeft() == 1)
                // The node dies, and its successor does not take for unknown what is known.
                let next = try await TakeOverTests.replace(world, cluster)
                let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
                #expect(found.orphans == 0)
                _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
                #expect(try await world.settlesLeft() == 1)
            }
            try await eventually("it to be settled") {
                _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
                return try await world.settlesLeft() == 0
            }
            #expect(try await world.attempts(of: contact).map(\.state) == [state])
            #expect(try await world.onlyContact().claimState == 0)
            try await Counts.expectExact(world)
        }
    }

    /// What a successor guessed gives way to what the node that was taken for dead knows after all.
    @Test(arguments: StoreKind.allCases) func aTruthReplacesTheGuessThatWasSetAsideBeforeIt(
        _ store: StoreKind
    ) async throws {
        try await store.with { world in
            let (cluster, reservation) = try await SettleTests.reserved(world)
            let contact = reservation.claim.contact
            try await world.whileLocked(contact) {
                let next = try await TakeOverTests.replace(world, cluster)
                _ = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
                #expect(try await world.settlesLeft() == 1)
                let result = try await cluster.settle([reservation], .sent)
                try await world.shard.setAside(result.busy + result.busy)
                // And no guess replaces it.
                try await world.shard.setAside([Settlement(reservation: reservation, outcome: .unknown)])
            }
            try await eventually("it to be settled") {
                _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
                return try await world.settlesLeft() == 0
            }
            #expect(try await world.attempts(of: contact).map(\.state) == ["sent"])
        }
    }

    /// A reserve whose answer was lost is aborted, and where the row refuses that, by the leader once it can be.
    @Test func aLostReserveThatIsRefusedIsNotForgotten() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let claims = try await cluster.claim(10).claims
            #expect(try await cluster.reserve(claims).count == 2)
            try await world.sql.query(
                """
                ALTER TABLE send_ledger ADD CONSTRAINT own_rule
                    CHECK (recipient <> '628115550001' OR state = 'reserved') NOT VALID
                """)
            _ = try await world.shard.abortLost(claims, by: cluster.node)
            #expect(try await world.settlesLeft() == 1)
            try await world.sql.query("ALTER TABLE send_ledger DROP CONSTRAINT own_rule")
            _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
            #expect(try await world.settlesLeft() == 0)
            for claim in claims {
                #expect(try await world.attempts(of: claim.contact).map(\.state) == ["aborted"])
            }
            #expect(try await world.contacts().allSatisfy { $0.claimState == 0 })
            try await Counts.expectExact(world)
        }
    }

    /// A row that cannot be settled at a take-over is set aside alone, and the slots load.
    @Test func anOrphanThatIsRefusedKeepsNoSlotFromLoading() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let reservations = try await cluster.reserveAll()
            try await world.sql.query(
                """
                ALTER TABLE send_ledger ADD CONSTRAINT own_rule
                    CHECK (recipient <> '628115550001' OR state = 'reserved') NOT VALID
                """)
            let next = try await TakeOverTests.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            #expect(found.charges.count == 3)
            #expect(try await world.settlesLeft() == 1)
            for reservation in reservations {
                let isBad = reservation.recipient == "628115550001"
                let states = try await world.attempts(of: reservation.claim.contact).map(\.state)
                #expect(states == [isBad ? "reserved" : "unknown"])
            }
            try await world.sql.query("ALTER TABLE send_ledger DROP CONSTRAINT own_rule")
            _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
            #expect(try await world.settlesLeft() == 0)
            #expect(try await world.contacts().filter { $0.claimState != 0 }.isEmpty)
        }
    }

    @Test func whateverElseStopsTheOrphansKeepsNoSlotFromLoading() async throws {
        try await PostgresWorld.with { world in
            let (cluster, _) = try await SettleTests.reserved(world)
            try await world.sql.query("ALTER TABLE completion_intake RENAME TO elsewhere")
            let next = try await TakeOverTests.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            #expect(found.charges.count == 1)
            #expect(try await world.settlesLeft() == 1)
        }
    }
}
