import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Rules of the user's own that refuse every UPDATE of a contact: the other contacts of its lane, batch and node go on.
@Suite struct UntouchableTests {
    private static func refuse(_ world: PostgresWorld) async throws {
        try await world.sql.execute(
            script: """
                CREATE FUNCTION own_rule() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.recipient = '628115550001' THEN RAISE EXCEPTION 'not 628115550001'; END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER own_rule BEFORE UPDATE ON sequence_contacts
                    FOR EACH ROW EXECUTE FUNCTION own_rule();
                """)
    }

    private static func untouchable(_ world: PostgresWorld) async throws -> [String] {
        try await world.sql.query(
            """
            SELECT recipient || ' ' || fault FROM untouchable_contacts u JOIN sequence_contacts c ON c.id = u.contact_id
            """
        ).column(String.self, at: 0)
    }

    /// Half a minute later, as the leader does with every take-back.
    private static func review(_ world: PostgresWorld) async throws {
        try await world.sql.query("UPDATE untouchable_contacts SET tried_at = now() - interval '1 minute'")
        _ = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
    }

    @Test func theClaimPassesItByUntilTheRuleIsGone() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            try await Self.refuse(world)
            let (claims, result) = try await cluster.claim(10)
            #expect(claims.count == 2)
            #expect(try await Self.untouchable(world) == ["628115550001 P0001"])
            #expect(result.next.values.allSatisfy { $0 == nil }, "its lane is not due for ever")
            #expect(try await cluster.reserve(claims).count == 2)
            try await Self.review(world)
            #expect(try await Self.untouchable(world).count == 1)

            try await world.sql.query("DROP TRIGGER own_rule ON sequence_contacts")
            try await Self.review(world)
            #expect(try await Self.untouchable(world).isEmpty)
            #expect(try await world.leader.drainWakes(limit: 10).lanes.count == 1)
            #expect(try await cluster.claim(10, ordinal: 2).claims.count == 1)
        }
    }

    /// As many claims as a node may have when it dies: to find the one bad row takes longer than a statement may.
    @Test func oneAmongManyClaimsOfADeadNodeKeepsNoneFromReturning() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            try await world.addLeads((10_000..<30_000).map { "6281155\($0)" }, trigger: "a")
            try await world.enroll()
            for ordinal in 1...21 { _ = try await cluster.claim(1000, ordinal: UInt32(ordinal), lasting: .zero) }
            try await Self.refuse(world)
            let back = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 200)
            #expect(back.claims.reduce(0) { $0 + $1.count } == 20_002)
            #expect(try await world.openClaims() == 0)
        }
    }

    @Test func theTakeBackReturnsTheOthersAndItsCredit() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            #expect(try await cluster.claim(10, lasting: .zero).claims.count == 3)
            try await Self.refuse(world)
            let taken = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
            #expect(taken.claims.map(\.count).reduce(0, +) == 3)
            #expect(try await world.openClaims() == 0)
            #expect(try await world.contacts().map(\.claimState).sorted() == [0, 0, 1])
            #expect(try await cluster.claim(10, ordinal: 2).claims.count == 2)

            try await world.sql.query("DROP TRIGGER own_rule ON sequence_contacts")
            try await Self.review(world)
            #expect(try await cluster.claim(10, ordinal: 3).claims.count == 1)
        }
    }

    @Test func theReleaseReturnsTheOthers() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let claims = try await cluster.claim(10).claims
            try await Self.refuse(world)
            #expect(try await world.shard.release(claims).count == 2)
            #expect(try await world.openClaims() == 1)
            #expect(try await Self.untouchable(world).count == 1)
        }
    }
}
