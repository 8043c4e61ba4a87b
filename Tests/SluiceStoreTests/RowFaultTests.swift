import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Rows that the database refuses to write, for a rule of the user's own (I22).
@Suite struct RowFaultTests {
    static let fault = RowFault("P0001: refused")

    /// Two contacts, and a rule that no attempt of the first is written down.
    private static func poisoned(_ world: PostgresWorld) async throws -> Cluster {
        let cluster = try await ClaimTests.scene(world, contacts: 2)
        try await world.sql.query(
            """
            ALTER TABLE send_ledger ADD CONSTRAINT own_rule CHECK (recipient <> '628115550001' OR state <> 'reserved')
            """)
        return cluster
    }

    @Test func theThirdFaultHoldsTheContactAndTheOtherIsReserved() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.poisoned(world)
            for time in 1...3 {
                try await world.makeAllDue()
                let claims = try await cluster.claim(10, ordinal: UInt32(time)).claims
                let bad = try #require(try await world.contacts().first { $0.recipient == "628115550001" })
                let claim = try #require(claims.first { $0.contact == bad.id })
                let fault = try await Self.refusal { _ = try await cluster.verdicts([claim]) }
                #expect(fault.text.contains("23514") && fault.text.contains("own_rule"))
                #expect(!fault.text.contains("628115550001"))
                let released = try #require(try await world.shard.reportFault(fault, of: claim))
                #expect((released.due == nil) == (time == 3))
                #expect(try await world.shard.reportFault(fault, of: claim) == nil, "counted once")
                for other in claims where other != claim { #expect(try await cluster.reserve([other]).count == 1) }
            }
            let row = try #require(try await world.contacts().first { $0.recipient == "628115550001" })
            #expect((row.status, row.claimState) == ("paused", 0))
            #expect(try await Self.text("hold_reason", of: row.id, world) == "quarantined")
            #expect(try await Self.text("last_error", of: row.id, world)?.contains("own_rule") == true)
            #expect(try await world.openClaims() == 0)
            #expect(try await world.wrongCounts() == [])
        }
    }

    @Test func expiredAndReleasedClaimsCountNothing() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            for ordinal in 1...5 {
                _ = try await world.shard.release(try await cluster.claim(1, ordinal: UInt32(ordinal)).claims)
            }
            let claims = try await cluster.claim(1, ordinal: 6).claims
            #expect(try await world.shard.reportFault(Self.fault, of: claims[0])?.due != nil)
            #expect(try await world.onlyContact().status == "active")
            try await world.makeAllDue()
            #expect(try await cluster.reserveAll(ordinal: 7).count == 1)
            #expect(
                try await Self.text("row_faults::text", of: claims[0].contact, world) == "0", "a success counts anew")
        }
    }

    @Test func aRowThatCannotBeSettledHoldsUpNoOtherAndIsHeldUntilItCan() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 5)
            let reservations = try await cluster.reserveAll()
            #expect(reservations.count == 5)
            try await world.sql.query(
                """
                CREATE FUNCTION own_rule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.contact_id = (SELECT id FROM sequence_contacts WHERE recipient = '628115550003') THEN
                        RAISE EXCEPTION 'no attempt for 628115550003';
                    END IF;
                    RETURN NEW;
                END $$
                """)
            try await world.sql.query(
                "CREATE TRIGGER own_rule BEFORE UPDATE ON send_ledger FOR EACH ROW EXECUTE FUNCTION own_rule()")
            let result = try await cluster.settle(reservations, .sent)
            #expect(result.faulty.map(\.reservation.recipient) == ["628115550003"])
            #expect(result.busy.isEmpty)
            var rows = try await world.contacts()
            let bad = try #require(rows.first { $0.recipient == "628115550003" })
            #expect((bad.status, bad.claimState) == ("paused", 2))
            #expect(try await Self.text("hold_reason", of: bad.id, world) == "quarantined")
            let error = try #require(try await Self.text("last_error", of: bad.id, world))
            #expect(error.contains("P0001") && !error.contains("628115550003"), "\(error)")
            #expect(rows.filter { $0.claimState == 0 }.count == 4)

            try await world.sql.query("DROP TRIGGER own_rule ON send_ledger")
            let again = try await world.shard.settle(result.faulty)
            #expect(again.faulty.isEmpty)
            rows = try await world.contacts()
            #expect(rows.allSatisfy { $0.claimState == 0 })
            #expect(try await world.attempts(of: bad.id).map(\.state) == ["sent"])
            #expect(try await world.wrongCounts() == [])
        }
    }

    @Test func aDoubtfulRefusalIsVerifiedOnce() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let doubtful = Outcome.refused(
                Refusal(code: "INVALID_JID", detail: "", isCharged: true, disposition: .permanentIfRepeated))
            for (ordinal, expected) in [(1, "active"), (2, "failed")] {
                try await world.makeAllDue()
                let reservations = try await cluster.reserveAll(ordinal: UInt32(ordinal))
                #expect(reservations.map(\.message.moves) == [0], "the same message")
                try await cluster.settle(reservations, doubtful)
                #expect(try await world.onlyContact().status == expected)
            }
        }
    }

    @Test func anotherRefusalBetweenIsNoVerification() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let doubtful = Outcome.refused(
                Refusal(code: "INVALID_JID", detail: "", isCharged: true, disposition: .permanentIfRepeated))
            try await cluster.settle(try await cluster.reserveAll(), .retry)
            try await world.makeAllDue()
            try await cluster.settle(try await cluster.reserveAll(ordinal: 2), doubtful)
            #expect(try await world.onlyContact().status == "active")
        }
    }

    private static func text(_ column: String, of contact: ContactID, _ world: PostgresWorld) async throws -> String? {
        try await world.sql.query(
            "SELECT \(column) FROM sequence_contacts WHERE id = $1", [.uuid(contact.rawValue)]
        ).scalar(String?.self)
    }

    /// The fault of what `body` is refused for.
    private static func refusal(_ body: () async throws -> Void) async throws -> RowFault {
        do {
            try await body()
        } catch StoreError.database(let error) {
            return try #require(RowFault(error), "\(error)")
        }
        throw Missing("a refusal")
    }
}
