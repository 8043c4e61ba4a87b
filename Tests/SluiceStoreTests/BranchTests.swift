import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// A step with branches: settle leaves its contact in `advance`, and the leader moves it.
@Suite struct BranchTests {
    static let fitness = #"{"field": "niche", "equals": "fitness"}"#
    static let anybody = #"{"not": {"all": [{"field": "name", "exists": true}, {"field": "name", "exists": false}]}}"#

    /// Steps a (24 h, then `next`), b, c; one lead of niche fitness, reserved at a.
    static func reserved(
        _ world: PostgresWorld, next: String? = "b", onUnknown: String = "hold"
    ) async throws -> (cluster: Cluster, reservation: Reservation) {
        let device = try await world.addDevice()
        _ = try await world.addSequence(
            [
                StepSpec(trigger: "a", next: next, delayHours: 24, isEntry: true), StepSpec(trigger: "b"),
                StepSpec(trigger: "c"),
            ], device: device, onUnknown: onUnknown)
        _ = try await world.addLead("628115550001", trigger: "a")
        try await world.sql.query("UPDATE leads SET niche = 'fitness'")
        try await world.enroll()
        let cluster = try await Cluster.start(world)
        return (cluster, try #require(try await cluster.reserveAll().first))
    }

    /// The triggers of the steps of which that is true, in a row.
    private static func steps(where condition: String) -> String {
        """
        SELECT coalesce(string_agg(trigger, '' ORDER BY trigger), '') FROM sequence_steps WHERE \(condition)
        """
    }

    @Test func theFirstMatchByPositionWinsAndWaitsAsASettleWould() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await world.addBranch("a", 20, Self.anybody, next: "b")
            try await world.addBranch("a", 10, Self.fitness, next: "c")
            try await world.addBranch("a", 5, #"{"field": "niche", "equals": "crypto"}"#, next: "b")
            let lanes = try await cluster.settle([reservation], .sent).lanes
            #expect(lanes.isEmpty)
            let waiting = try await world.onlyContact()
            #expect((waiting.status, waiting.trigger, waiting.moves, waiting.claimState) == ("advance", "a", 1, 0))
            try await world.makeAllDue()
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            try await Counts.expectExact(world)

            let result = try await world.leader.decideBranches(limit: 10)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves) == ("active", "c", 1))
            #expect(abs(try #require(row.dueIn) - 86_400) < 60)
            #expect((result.processed, result.more) == (1, false))
            #expect(result.lanes.map(\.lane) == [row.lane])
            try await Counts.expectExact(world)

            try await world.makeAllDue()
            let next = try #require(try await cluster.reserveAll(ordinal: 3).first)
            #expect(next.message != reservation.message)
        }
    }

    /// The steps' own time of day, in the contact's zone, counts for the step that was chosen.
    @Test func theChosenStepsTimeOfDayCounts() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await world.addBranch("a", 1, Self.fitness, next: "c")
            try await world.sql.query("UPDATE sequence_steps SET time_schedule = '07:30' WHERE trigger = 'c'")
            try await world.sql.query("UPDATE sequence_contacts SET time_zone = 'Asia/Jakarta'")
            try await cluster.settle([reservation], .sent)
            try await world.decide()
            let local = try await world.sql.query(
                """
                SELECT (next_trigger_time AT TIME ZONE 'Asia/Jakarta')::time::text || ' '
                    || (next_trigger_time - now() BETWEEN interval '23 hours' AND interval '48 hours') AS t
                FROM sequence_contacts
                """
            ).scalar(String.self)
            #expect(local == "07:30:00 true")
        }
    }

    /// Nobody matches: the step's own next step. A branch to nowhere, or no way on at all: the end.
    @Test(arguments: ["crypto", "fitness"], ["b", nil] as [String?]) func withoutAMatchTheStepDecides(
        _ niche: String, _ next: String?
    ) async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world, next: next)
            try await world.addBranch("a", 1, #"{"field": "niche", "equals": "\#(niche)"}"#, next: nil)
            try await cluster.settle([reservation], .sent)
            try await world.decide()
            let row = try await world.onlyContact()
            let ends = niche == "fitness" || next == nil
            #expect((row.status, row.trigger) == (ends ? "completed" : "active", ends ? "a" : "b"))
            try await world.complete()
            #expect(try await world.sql.query("SELECT trigger FROM leads").scalar(String?.self) == (ends ? nil : "a"))
            try await Counts.expectExact(world)
        }
    }

    /// A contact without a lead is judged by what it knows itself.
    @Test func aContactWithoutALeadIsJudgedByItself() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await world.sql.query("UPDATE sequence_contacts SET lead_id = NULL, contact_name = 'Ben'")
            try await world.addBranch("a", 1, Self.fitness, next: "b")
            let both = #"{"all": [{"field": "name", "equals": "Ben"}, {"field": "phone", "equals": "628115550001"}]}"#
            try await world.addBranch("a", 2, both, next: "c")
            try await cluster.settle([reservation], .sent)
            try await world.decide()
            #expect(try await world.onlyContact().trigger == "c")
        }
    }

    @Test func aMissingStepHoldsUntilItIsThere() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await world.addBranch("a", 1, Self.fitness, next: "d")
            try await cluster.settle([reservation], .sent)
            try await world.decide()
            let row = try await world.onlyContact()
            #expect((row.status, row.hold, row.trigger) == ("paused", "next_step_missing", "d"))
            #expect(row.lastError == "held: next_step_missing")
            try await Counts.expectExact(world)
            try await world.sql.query(
                """
                INSERT INTO sequence_steps (sequence_id, trigger, content)
                SELECT sequence_id, 'd', 'Hello' FROM sequence_steps WHERE trigger = 'a'
                """)
            try await world.enroll()
            #expect(try await world.onlyContact().status == "active")
            try await Counts.expectExact(world)
        }
    }

    /// a waits; b and c lead to each other, through a branch, and never do.
    @Test func aCycleThroughBranchesIsFound() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            let endless = Self.steps(where: "is_endless")
            try await world.sql.query("UPDATE sequence_steps SET next_trigger = 'c' WHERE trigger = 'b'")
            #expect(try await world.sql.query(endless).scalar(String.self) == "")
            try await world.addBranch("c", 1, Self.fitness, next: "b")
            #expect(try await world.sql.query(endless).scalar(String.self) == "bc")
            try await world.addBranch("a", 1, Self.fitness, next: "b")
            try await cluster.settle([reservation], .sent)
            try await world.decide()
            let row = try await world.onlyContact()
            #expect((row.status, row.hold) == ("paused", "cycle_without_delay"))
            try await world.sql.query("DELETE FROM sequence_branches WHERE position = 1 AND next_trigger = 'b'")
            #expect(try await world.sql.query(endless).scalar(String.self) == "")
            try await world.enroll()
            #expect(try await world.onlyContact().status == "active")
        }
    }

    @Test func aStepKnowsWhetherItHasBranches() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.reserved(world)
            let known = Self.steps(where: "has_branches")
            try await world.addBranch("a", 1, Self.fitness, next: "b")
            try await world.addBranch("a", 2, Self.fitness, next: "c")
            #expect(try await world.sql.query(known).scalar(String.self) == "a")
            try await world.sql.query("UPDATE sequence_steps SET has_branches = NOT has_branches")
            #expect(try await world.sql.query(known).scalar(String.self) == "a")
            try await world.sql.query(
                """
                UPDATE sequence_branches SET step_id = (SELECT id FROM sequence_steps WHERE trigger = 'b')
                WHERE position = 2
                """)
            #expect(try await world.sql.query(known).scalar(String.self) == "ab")
            try await world.sql.query("DELETE FROM sequence_branches WHERE position = 1")
            #expect(try await world.sql.query(known).scalar(String.self) == "b")
            try await world.sql.query("DELETE FROM sequence_steps WHERE trigger = 'b'")
            #expect(try await world.sql.query("SELECT count(*) FROM sequence_branches").scalar(Int64.self) == 0)
        }
    }

    /// The only branch goes in one session while another adds one: whoever commits last, the step knows.
    @Test func twoSessionsLeaveTheStepsMarkRight() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.reserved(world)
            try await world.addBranch("a", 1, Self.fitness, next: "b")
            try await world.fixture.sql2 { other in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    try await world.sql.withTransaction { transaction in
                        try await transaction.query(
                            """
                            INSERT INTO sequence_branches (step_id, position, condition)
                            SELECT id, 2, $1::text::jsonb FROM sequence_steps WHERE trigger = 'a'
                            """, [.string(Self.fitness)])
                        group.addTask { try await other.query("DELETE FROM sequence_branches WHERE position = 1") }
                        try await eventually("the other session to wait") {
                            try await transaction.query(
                                """
                                SELECT count(*) FROM pg_stat_activity
                                WHERE wait_event_type = 'Lock' AND datname = current_database()
                                """
                            ).scalar(Int64.self) == 1
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let has = "SELECT has_branches FROM sequence_steps WHERE trigger = 'a'"
            #expect(try await world.sql.query(has).scalar(Bool.self))
        }
    }
}
