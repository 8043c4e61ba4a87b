import Foundation
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Databases that were here before Sluice.
@Suite struct AdoptionTests {
    private static func withFixture(
        _ names: [String], _ body: (TestDatabase, PostgresConnection) async throws -> Void
    ) async throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
        try await TestDatabase.with { database in
            try await PostgresConnection.withConnection(database.configuration) { sql in
                for name in names {
                    try await sql.execute(
                        script: String(contentsOf: folder.appendingPathComponent("\(name).sql"), encoding: .utf8))
                }
                try await body(database, sql)
            }
        }
    }

    private static func migrate(_ database: TestDatabase) async throws -> Migrator.Report {
        var configuration = database.configuration
        configuration.settings = Migrator.sessionSettings
        return try await PostgresConnection.withConnection(configuration) { connection in
            try await Migrator(connection: connection).migrate()
        }
    }

    /// The rows of a table as `name=value` pairs of the columns that are there now.
    private static func rows(_ sql: PostgresConnection, _ table: String, columns: [String]) async throws -> [String] {
        let list = columns.map { "'\($0)', \($0)" }.joined(separator: ", ")
        return try await sql.query("SELECT jsonb_build_object(\(list))::text FROM \(table) ORDER BY id::text")
            .column(String.self, at: 0)
    }

    private static func columns(_ sql: PostgresConnection, _ table: String) async throws -> [String] {
        try await sql.query(
            """
            SELECT column_name::text FROM information_schema.columns
            WHERE table_name = $1 AND table_schema = 'public' AND data_type NOT LIKE 'timestamp%' ORDER BY 1
            """, [.string(table)]
        ).column(String.self, at: 0)
    }

    /// Columns that the adoption of contacts in doubt or without a time changes, as documented.
    private static let documented: Set = ["status", "last_error", "processing_device_id", "processing_started_at"]

    @Test func theFirstShapeKeepsItsRows() async throws {
        try await Self.withFixture(["first-shape"]) { database, sql in
            var before: [String: (columns: [String], rows: [String])] = [:]
            for table in ["leads", "sequences", "sequence_steps", "user_devices", "sequence_contacts"] {
                let columns = try await Self.columns(sql, table).filter {
                    !Self.documented.contains($0) || table == "leads"
                }
                before[table] = (columns, try await Self.rows(sql, table, columns: columns))
            }
            let report = try await Adoption.check(sql)
            #expect(!report.isBlocked, "\(report.text)")
            let codes = Set(report.changes.map(\.code))
            #expect(
                codes == [
                    .columnAdded, .timeGetsZone, .lengthLimitDropped, .nameMoved, .becomesUnknown, .leftoversCleared,
                    .becomesPaused, .becomesHeld,
                ])
            #expect(report.changes.first { $0.code == .becomesUnknown }?.rows == 1)
            _ = try await Self.migrate(database)
            for (table, old) in before {
                #expect(try await Self.rows(sql, table, columns: old.columns) == old.rows, "\(table)")
            }
            let states = try await sql.query(
                "SELECT contact_name || ' ' || status || ' ' || coalesce(hold_reason, '-') AS s FROM sequence_contacts ORDER BY 1"
            ).column(String.self, at: 0)
            #expect(
                states == [
                    "Ann active -", "Done completed -", "Held unknown -", "No number active -", "No status paused -",
                    "No time paused no_due_time",
                ])
            #expect(
                try await sql.query("SELECT messages_hour FROM device_load_balance_before_sluice").scalar(Int32.self)
                    == 17)
            let stuck =
                "SELECT count(*) FROM sequence_contacts WHERE processing_started_at < now() - interval '5 minutes'"
            #expect(try await sql.query(stuck).scalar(Int64.self) == 0)
            let owner = try await sql.query("SELECT lead_id::text FROM sequence_contacts WHERE contact_name = 'Ann'")
            #expect(try owner.scalar(String.self) == "1ead0000-0000-0000-0000-000000000001")
            #expect(try await sql.query("SELECT count(history_from) FROM device_caps").scalar(Int64.self) == 2)
        }
    }

    @Test func anAdoptedDatabaseWorks() async throws {
        try await Self.withFixture(["first-shape"]) { database, sql in
            _ = try await Self.migrate(database)
            try await StoreFixture.withPools(to: database) { pools in
                let leader = PostgresCoordinatorStore(pools: pools)
                while try await leader.enroll(limit: 100).more {}
            }
            // Ann goes on where she was, Ben's trigger was waiting, the number that is none is held.
            let states = try await sql.query(
                """
                SELECT contact_name || ' ' || status || ' ' || coalesce(hold_reason,
                    '-') || (lane_id IS NULL)::text AS s
                FROM sequence_contacts WHERE contact_name IN ('Ann', 'Ben', 'No number') ORDER BY 1
                """
            ).column(String.self, at: 0)
            #expect(states == ["Ann active -false", "Ben active -false", "No number paused invalid_phonefalse"])
        }
    }

    /// A queued trigger starts; whom a campaign reached already nobody knows, so it waits to be set queued.
    @Test func runsAreAdopted() async throws {
        try await Self.withFixture(["runs"]) { database, sql in
            #expect(try await !Adoption.check(sql).isBlocked)
            _ = try await Self.migrate(database)
            try await StoreFixture.withPools(to: database) { pools in
                let world = PostgresWorld(StoreFixture(database: database, pools: pools, sql: sql))
                try await world.workOff(.flow)
                try await world.workOff(.trigger)
                try await world.workOff(.campaign)
                #expect(try await world.contacts().map(\.recipient) == ["491510000003"])
                #expect(try await sql.query("SELECT status FROM trigger_runs").scalar(String.self) == "running")
                try await sql.query("UPDATE message_runs SET status = 'queued' WHERE status = 'running'")
                try await world.workOff(.campaign)
                let sent = try await Cluster.start(world).reserveAll().map(\.recipient).sorted()
                #expect(sent == ["491510000001", "491510000002", "491510000003"])
                await #expect(throws: PostgresError.self) {
                    try await sql.query("UPDATE message_runs SET status = 'queued' WHERE status = 'finished'")
                }
            }
        }
    }

    /// Keys stay what they are, and what was overdue is not sent.
    @Test func eventMessagesAreAdopted() async throws {
        try await Self.withFixture(["events"]) { database, sql in
            #expect(try await !Adoption.check(sql).isBlocked)
            _ = try await Self.migrate(database)
            try await StoreFixture.withPools(to: database) { pools in
                let world = PostgresWorld(StoreFixture(database: database, pools: pools, sql: sql))
                try await sql.query(
                    """
                    INSERT INTO event_sessions (event_id, contractor_id, title, starts_at)
                    SELECT id, 'c-1', 'Roofs', now() FROM events
                    """)
                try await world.workOff(.event)
                try await world.makeAllDue()
                let cluster = try await Cluster.start(world)
                let open = try await cluster.reserveAll()
                #expect(open.map(\.content.text) == ["Hi Ann"])
                try await cluster.settle(open, .sent)
                try await world.workOff(.event)
                #expect(try await world.messages().map(\.status) == ["scheduled", "sent"])
            }
        }
    }

    @Test func adoptingTwiceChangesNothing() async throws {
        try await Self.withFixture(["first-shape"]) { database, sql in
            _ = try await Self.migrate(database)
            let dump = "SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM sequence_contacts c"
            let before = try await sql.query(dump).scalar(String.self)
            #expect(try await Adoption.check(sql) == AdoptionReport())
            #expect(try await Self.migrate(database).from == 1)
            #expect(try await sql.query(dump).scalar(String.self) == before)
        }
    }

    @Test func theKeyWithTheStepIsExplainedAndAdopted() async throws {
        try await Self.withFixture(["per-step-key"]) { database, sql in
            let report = try await Adoption.check(sql)
            #expect(!report.isBlocked, "\(report.text)")
            #expect(report.changes.contains { $0.code == .keyAdded && $0.explanation.contains("sequence_stepid") })
            _ = try await Self.migrate(database)
            try await StoreFixture.withPools(to: database) { pools in
                let leader = PostgresCoordinatorStore(pools: pools)
                while try await leader.enroll(limit: 100).more {}
            }
            try await sql.query("INSERT INTO user_devices (user_id, phone) VALUES (7, '628110000001')")
            try await StoreFixture.withPools(to: database) { pools in
                let world = PostgresWorld(StoreFixture(database: database, pools: pools, sql: sql))
                try await world.enroll()
                _ = try await world.sql.query(
                    "INSERT INTO leads (user_id, phone, trigger) VALUES (7, '628115550009', 'one')")
                try await world.enroll()
                let cluster = try await Cluster.start(world)
                try await world.makeAllDue()
                let reservations = try await cluster.reserveAll()
                #expect(reservations.map(\.recipient).sorted() == ["628115550001", "628115550009"])
                try await cluster.settle(reservations, .sent)
                #expect(try await world.contacts().map(\.trigger) == ["two", "two"])
            }
        }
    }

    @Test func duplicatesBlockAndTheirSQLResolvesThem() async throws {
        try await Self.withFixture(["per-step-key", "per-step-duplicates"]) { database, sql in
            let report = try await Adoption.check(sql)
            let finding = try #require(report.blockers.first)
            #expect(report.blockers.count == 1)
            #expect((finding.code, finding.rows) == (.duplicateContacts, 2))
            await #expect(throws: AdoptionBlocked.self) { _ = try await Self.migrate(database) }
            #expect(try await sql.query("SELECT to_regclass('lanes') IS NULL").scalar(Bool.self))
            try await sql.execute(script: try #require(finding.resolution))
            #expect(try await Self.migrate(database).to == 1)
            #expect(try await sql.query("SELECT current_trigger FROM sequence_contacts").scalar(String.self) == "two")
            #expect(try await sql.query("SELECT count(*) FROM sequence_contacts_put_aside").scalar(Int64.self) == 2)
        }
    }

    @Test func namesOfOtherProductsAreKept() async throws {
        try await Self.withFixture(["other-names"]) { database, sql in
            let report = try await Adoption.check(sql)
            #expect(!report.isBlocked, "\(report.text)")
            #expect(
                Set(report.changes.filter { $0.code == .nameMoved }.map(\.subject)) == [
                    "gateways", "contact_counts", "message_logs.message_logs",
                ])
            _ = try await Self.migrate(database)
            #expect(
                try await sql.query("SELECT retry_attempts FROM workspaces WHERE id = 'acme'").scalar(Int32.self) == 5)
            // A zone that does not exist.
            #expect(
                try await sql.query("SELECT time_zone FROM workspaces WHERE id = 'acme'").scalar(String.self) == "UTC")
            #expect(
                try await sql.query("SELECT status FROM message_logs.message_logs_before_sluice").scalar(String.self)
                    == "sent")
            #expect(try await sql.query("SELECT FROM message_logs.message_logs").isEmpty)
            #expect(try await sql.query("SELECT secret FROM gateways_before_sluice").scalar(String.self) == "s")
            #expect(try await sql.query("SELECT n FROM contact_counts_before_sluice").scalar(Int64.self) == 1)
        }
    }

    @Test func whatCannotBeAdoptedIsExplained() async throws {
        try await Self.withFixture(["blocked"]) { database, sql in
            let report = try await Adoption.check(sql)
            #expect(
                Set(report.blockers.map(\.code)) == [
                    .notATable, .typeNotSupported, .userKeysDiffer, .columnTaken, .columnRequired, .statusRefused,
                    .viewInTheWay,
                ])
            #expect(report.blockers.allSatisfy { $0.resolution != nil })
            #expect(report.text.contains("leads.id: is bigint; it must be uuid"))
            await #expect(throws: AdoptionBlocked.self) { _ = try await Self.migrate(database) }
            let coded = try JSONEncoder().encode(report)
            #expect(try JSONDecoder().decode(AdoptionReport.self, from: coded) == report)
        }
    }

    @Test func duplicateTriggersOfOneUserBlock() async throws {
        try await Self.withFixture(["per-step-key"]) { database, sql in
            try await sql.execute(
                script: """
                    INSERT INTO sequences VALUES (gen_random_uuid(), 7, 'Copy', true), (gen_random_uuid(), 8, 'Other',
                        true);
                    INSERT INTO sequence_steps (sequence_id, trigger) SELECT id, 'one' FROM sequences
                        WHERE name <> 'Fitness';
                    """)
            let report = try await Adoption.check(sql)
            #expect(report.blockers.map(\.code) == [.duplicateTriggers])
            #expect(report.blockers.first?.rows == 2)
        }
    }

    @Test func anEmptyDatabaseHasNothingToAdopt() async throws {
        try await Self.withFixture([]) { _, sql in
            let report = try await Adoption.check(sql)
            #expect(report == AdoptionReport())
        }
    }
}
