import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct ClaimTests {
    /// One device with `count` contacts due, the first longest ago.
    static func scene(_ world: PostgresWorld, contacts count: Int) async throws -> Cluster {
        let device = try await world.addDevice()
        _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)], device: device)
        try await world.sql.query(
            "INSERT INTO leads (phone, trigger) SELECT (628115550000 + n)::text, 'a' FROM generate_series(1, $1) n",
            [.int32(Int32(count))])
        try await world.enroll()
        try await world.sql.query(
            """
            UPDATE sequence_contacts SET next_trigger_time =
                date_trunc('second',
                    now()) - interval '1 hour' + (recipient::bigint - 628115550000) * interval '1 second'
            """)
        return try await Cluster.start(world)
    }

    @Test func takesNoMoreThanItsLimitOldestFirst() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 5)
            let (claims, result) = try await cluster.claim(3)
            let rows = try await world.contacts()
            #expect(Set(claims.map(\.contact)) == Set(rows.prefix(3).map(\.id)))
            #expect(rows.map(\.claimState) == [1, 1, 1, 0, 0])
            #expect(result.batches.count == 1)
            // The next one is due in the past, and never later than the truth.
            let dues = try await Self.dueTimes(world)
            #expect(result.nextDue[claims[0].lane] == dues[3])
        }
    }

    @Test func saysThatALaneHasNothingLeft() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 2)
            let (claims, result) = try await cluster.claim(3)
            #expect(claims.count == 2)
            #expect(result.nextDue[claims[0].lane] == .some(nil))
        }
    }

    @Test func saysWhenWhatIsNotDueYetWillBe() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 2)
            try await world.sql.query(
                "UPDATE sequence_contacts SET next_trigger_time = now() + interval '1 day' WHERE recipient = '628115550002'"
            )
            let (claims, result) = try await cluster.claim(3)
            #expect(claims.count == 1)
            let dues = try await Self.dueTimes(world)
            #expect(result.nextDue[claims[0].lane] == dues[1])
        }
    }

    @Test func skipsLockedRowsAndStillNamesThem() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            try await world.sql.withTransaction { transaction in
                try await transaction.query(
                    "SELECT FROM sequence_contacts WHERE recipient = '628115550001' FOR UPDATE")
                let (claims, result) = try await cluster.claim(1)
                let rows = try await world.fixture.sql2 { try await PostgresWorld.states($0) }
                #expect(rows == [0, 1, 0])
                #expect(claims.count == 1)
                #expect(result.nextDue[claims[0].lane] != .some(nil))
            }
        }
    }

    @Test func twoClaimersNeverTakeTheSameRow() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 400)
            let claims = try await withThrowingTaskGroup(of: [Claim].self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var mine: [Claim] = []
                        for round in 0..<30 {
                            mine += try await cluster.claim(5, ordinal: UInt32(worker * 100 + round)).claims
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claims.count == 400)
            #expect(Set(claims.map(\.contact)).count == 400)
        }
    }

    @Test func takesNothingThatIsPausedOrEnded() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            let rows = try await world.contacts()
            try await world.setStatus("paused", of: rows[0].id)
            try await world.setStatus("cancelled", of: rows[1].id)
            #expect(try await cluster.claim().claims.map(\.contact) == [rows[2].id])
        }
    }

    @Test func pausedLanesAreNotRunnable() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world, contacts: 1)
            #expect(try await world.leader.lanes().map(\.isRunnable) == [true])
            try await world.sql.query("UPDATE sequences SET is_active = false")
            #expect(try await world.leader.lanes().map(\.isRunnable) == [false])
            try await world.sql.query("UPDATE sequences SET is_active = true")
            try await world.sql.query("INSERT INTO pauses (scope) VALUES ('default')")
            #expect(try await world.leader.lanes().map(\.isRunnable) == [false])
            try await world.sql.query("DELETE FROM pauses")
            let lanes = try await world.leader.lanes()
            #expect(lanes.map(\.isRunnable) == [true])
            #expect(try await world.leader.lanes(lanes.map(\.id)) == lanes)
        }
    }

    @Test func anExpiredBatchReturns() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            let (claims, _) = try await cluster.claim(3, lasting: .milliseconds(1))
            let reserved = try await cluster.reserve([claims[0]])
            try await world.sql.query(
                "DELETE FROM sequence_contacts WHERE id = $1", [.uuid(claims[1].contact.rawValue)])
            let taken = try await world.leader.takeBack(expired: true, olderThan: nil, limit: 10)
            #expect(reserved.count == 1)
            #expect(taken.claims.map(\.count).reduce(0, +) == 2)
            #expect(taken.lanes.count == 1)
            #expect(taken.batches == 1)
            #expect(try await world.contacts().map(\.claimState).sorted() == [0, 2])
            #expect(try await world.leader.takeBack(expired: true, olderThan: nil, limit: 10).batches == 0)
        }
    }

    @Test func anOldTermsBatchReturns() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            let (claims, _) = try await cluster.claim(3)
            #expect(try await world.leader.takeBack(expired: true, olderThan: cluster.term, limit: 10).batches == 0)
            let taken = try await world.leader.takeBack(
                expired: true, olderThan: Term(rawValue: cluster.term.rawValue + 1), limit: 10)
            #expect(taken.claims.map(\.count) == [3])
            #expect(try await cluster.verdicts(claims) == [.gone, .gone, .gone])
        }
    }

    static func dueTimes(_ world: PostgresWorld) async throws -> [DatabaseTime] {
        try await world.sql.query("SELECT next_trigger_time FROM sequence_contacts ORDER BY recipient")
            .map { DatabaseTime(microseconds: try $0.decode(PostgresTimestamp.self, at: 0).microsecondsSinceEpoch) }
    }
}

extension PostgresWorld {
    static func states(_ connection: PostgresConnection) async throws -> [Int16] {
        try await connection.query("SELECT claim_state FROM sequence_contacts ORDER BY recipient")
            .column(Int16.self, at: 0)
    }
}

extension StoreFixture {
    /// A second user's session.
    func sql2<Value: Sendable>(_ body: (PostgresConnection) async throws -> Value) async throws -> Value {
        try await PostgresConnection.withConnection(database.configuration, body)
    }
}
