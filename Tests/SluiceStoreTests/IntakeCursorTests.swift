import PostgresDriver
import SluiceCore
import TestSupport
import Testing

@testable import SluiceStore

/// A look at the intake begins behind what was worked off, and passes nobody by.
@Suite struct IntakeCursorTests {
    private static let start = ContinuousClock.now

    private static func note(
        _ cursor: IntakeCursor, next: Int64?, transaction: Int64, oldest: Int64, at seconds: Int = 1, took: Int = 0
    ) {
        let now = start + .seconds(seconds)
        cursor.note(
            .init(next: next, transaction: transaction, oldestRunning: oldest), from: cursor.start(at: now),
            took: .milliseconds(took), at: now)
    }

    private static func place(_ cursor: IntakeCursor, at seconds: Int = 2) -> Int64 {
        cursor.start(at: start + .seconds(seconds))
    }

    @Test func aPlaceHoldsOnceAllThatRanHaveEnded() {
        let cursor = IntakeCursor()
        Self.note(cursor, next: 101, transaction: 50, oldest: 40)
        #expect(Self.place(cursor) == 0)
        // Transaction 45 runs, and may have written row 100.
        Self.note(cursor, next: 103, transaction: 60, oldest: 45)
        #expect(Self.place(cursor) == 0)
        Self.note(cursor, next: 105, transaction: 70, oldest: 55)
        #expect(Self.place(cursor) == 101, "the first place; that of this look is not sure yet")
        Self.note(cursor, next: nil, transaction: 80, oldest: 80)
        #expect(Self.place(cursor) == 105)
    }

    @Test func whatIsLeftHoldsTheCursor() {
        let cursor = IntakeCursor()
        Self.note(cursor, next: 101, transaction: 50, oldest: 40)
        // Transaction 45 has ended, and row 90 that it wrote is locked or waits for its time.
        Self.note(cursor, next: 90, transaction: 60, oldest: 60)
        #expect(Self.place(cursor) == 90)
        Self.note(cursor, next: 90, transaction: 70, oldest: 70)
        #expect(Self.place(cursor) == 90)
        Self.note(cursor, next: 120, transaction: 80, oldest: 80)
        Self.note(cursor, next: nil, transaction: 90, oldest: 90)
        #expect(Self.place(cursor) == 120)
    }

    @Test func aLookFromTheBeginningFindsWhatCameThere() {
        let cursor = IntakeCursor()
        Self.note(cursor, next: 101, transaction: 50, oldest: 50)
        Self.note(cursor, next: nil, transaction: 60, oldest: 60, at: 2)
        #expect(Self.place(cursor, at: 10) == 101 && Self.place(cursor, at: 12) == 0)
        // It took a second, so the next one is 100 s away.
        Self.note(cursor, next: 3, transaction: 70, oldest: 70, at: 12, took: 1_000)
        #expect(Self.place(cursor, at: 111) == 3 && Self.place(cursor, at: 112) == 0)
    }

    private static func leader(_ world: PostgresWorld) async throws -> PostgresCoordinatorStore {
        _ = try await world.addDevice()
        _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
        return PostgresCoordinatorStore(pools: world.fixture.coordinatorPools)
    }

    private static func enroll(_ leader: PostgresCoordinatorStore) async throws {
        while try await leader.enroll(limit: 1_000).more {}
    }

    /// Also while a snapshot is kept open, so that nothing is cleared out of the index.
    @Test func aLookDoesNotGoPastWhatWasWorkedOff() async throws {
        try await PostgresWorld.with { world in
            let leader = try await Self.leader(world)
            try await world.sql.query("ALTER TABLE enrollment_intake SET (autovacuum_enabled = off)")
            try await world.fixture.sql2 { holder in
                try await holder.execute(script: "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM lanes")
                try await world.addLeads((0..<10_000).map { "\(628_115_000_000 + $0)" }, trigger: "a")
                try await Self.enroll(leader)
                for phone in ["628116000001", "628116000002", "628116000003"] {
                    _ = try await world.addLead(phone, trigger: "a")
                    try await Self.enroll(leader)
                }
                let start = leader.enrollments.start(at: .now)
                #expect(start > 10_000)
                let statement = EnrollStatement.few.replacing("$1", with: "32").replacing("$2", with: "\(start)")
                let plan = try await world.fixture.coordinatorPools.urgent.query(
                    "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) \(statement)"
                ).column(String.self, at: 0).joined(separator: "\n")
                let pages = plan.firstMatch(of: /Buffers: shared hit=(\d+)/).flatMap { Int($0.output.1) }
                #expect(pages.map { $0 < 50 } == true, "\(plan)")
            }
            #expect(try await world.contacts().count == 10_003)
        }
    }

    /// What was worked off stays in the table as well as in its index until vacuum has been there.
    @Test(arguments: [EnrollStatement.few, TriggerStatements.few])
    func noTableIsReadFromEndToEnd(statement: String) async throws {
        try await PostgresWorld.with { world in
            let plan = try await world.fixture.coordinatorPools.urgent.query(
                "EXPLAIN \(statement.replacing("$1", with: "32").replacing("$2", with: "0"))"
            ).column(String.self, at: 0).joined(separator: "\n")
            #expect(!plan.contains(/Seq Scan on \w+_intake/), "\(plan)")
        }
    }

    /// Its row has a lower id than others that were seen before it.
    @Test func whoCommitsLateIsEnteredAtOnce() async throws {
        try await PostgresWorld.with { world in
            let leader = try await Self.leader(world)
            try await Self.enroll(leader)
            try await world.fixture.sql2 { late in
                try await late.execute(script: "BEGIN; INSERT INTO leads (phone, trigger) VALUES ('628115550001', 'a')")
                for phone in ["628115550002", "628115550003", "628115550004"] {
                    _ = try await world.addLead(phone, trigger: "a")
                    try await Self.enroll(leader)
                }
                #expect(try await world.contacts().count == 3)
                try await late.execute(script: "COMMIT")
            }
            try await Self.enroll(leader)
            #expect(try await world.contacts().count == 4)
            #expect(leader.enrollments.start(at: .now) > 0, "and not because the look began at the beginning")
        }
    }
}
