import PostgresDriver
import SluiceStore
import TestSupport
import Testing

@testable import SluiceOperations

/// Questions about one thing among very many go by an index.
@Suite struct LookupPlanTests {
    @Test func aNumberIsFoundAmongManyLeads() async throws {
        try await World.with { world in
            try await world.sql.query(
                "INSERT INTO leads (phone) SELECT '+62 811-' || lpad(n::text, 8, '0') FROM generate_series(1, 10000) n",
                deadline: .seconds(60))
            let plan = try await world.plan(
                of: LeadQuery.sql, [.string("6281100004000"), .string(nil)], filled: "leads")
            #expect(plan.contains("sluice_leads_phone"))
            #expect(!plan.contains("Seq Scan on leads"))
            let found = try await LeadQuery.of(PhoneNumber("62 811 0000-4000"), in: nil, on: world.sql)
            #expect(found.count == 1)
        }
    }

    @Test func aRunThatWaitsForItsPageIsFoundAmongManyQueued() async throws {
        try await World.with { world in
            try await world.sql.query(
                "INSERT INTO meta_pages (page_id, is_active) SELECT n, false FROM generate_series(1, 50) n")
            try await world.sql.query(
                """
                INSERT INTO trigger_runs (recipient_user_id, page_id, status)
                SELECT (62811000000 + n)::text, n % 50 + 1, 'queued' FROM generate_series(1, 10000) n
                """, deadline: .seconds(60))
            try await world.sql.query("ANALYZE meta_pages")
            let plan = try await world.plan(
                of: WaitingRuns.sql, [.stringArray(["62811004000"]), .string(nil)], filled: "trigger_runs")
            #expect(plan.contains("sluice_trigger_runs_queued"), "\(plan)")
            #expect(!plan.contains("Seq Scan on trigger_runs"), "\(plan)")
        }
    }

    @Test func whatWasSetAsideIsFoundBehindALongIntake() async throws {
        try await World.with { world in
            try await world.sql.query(
                """
                INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger, not_before, problem)
                SELECT 'add', gen_random_uuid(), 'default', 'x', CASE WHEN n > 19998 THEN 'infinity' ELSE now() END,
                    CASE WHEN n > 19998 THEN 'refused ' || n END
                FROM generate_series(1, 20000) n
                """, deadline: .seconds(60))
            let plan = try await world.plan(of: IntakeQueries.setAsideSQL, filled: "enrollment_intake")
            #expect(plan.contains("enrollment_intake_set_aside"))
            #expect(!plan.contains("Seq Scan"))
            let aside = try #require(try await IntakeQueries.setAside(world.sql, within: .seconds(5)))
            #expect(aside == (2, "refused 19999"))
            #expect(try await world.leader.intakeBacklog() == 10_000)
        }
    }
}

extension World {
    fileprivate func plan(
        of sql: String, _ parameters: [PostgresValue] = [], filled table: String
    ) async throws -> String {
        try await self.sql.query("ANALYZE \(table)")
        return try await self.sql.query("EXPLAIN " + sql, parameters).column(String.self, at: 0).joined(separator: "\n")
    }
}
