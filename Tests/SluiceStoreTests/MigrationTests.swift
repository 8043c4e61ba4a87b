import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct MigrationTests {
    private static func migrate(_ database: TestDatabase) async throws -> Migrator.Report {
        var configuration = database.configuration
        configuration.settings = Migrator.sessionSettings
        return try await PostgresConnection.withConnection(configuration) { connection in
            try await Migrator(connection: connection).migrate()
        }
    }

    /// Every column, index, function and trigger of the database.
    private static func shape(_ database: TestDatabase) async throws -> [String] {
        try await PostgresConnection.withConnection(database.configuration) { connection in
            try await connection.query(
                """
                SELECT table_name || '.' || column_name || ' ' || data_type || coalesce(column_default, '')
                    FROM information_schema.columns WHERE table_schema = 'public'
                UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
                UNION ALL SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1
                """
            ).column(String.self, at: 0)
        }
    }

    @Test func twoNodesThatMigrateAtOnceDoItOnce() async throws {
        try await TestDatabase.with { database in
            async let first = Self.migrate(database)
            async let second = Self.migrate(database)
            let reports = try await [first, second].sorted { $0.from < $1.from }
            #expect(reports.map(\.to) == [1, 1])
            #expect(reports.map(\.from) == [0, 1])
        }
    }

    @Test func migratingTwiceChangesNothing() async throws {
        try await TestDatabase.with { database in
            _ = try await Self.migrate(database)
            let before = try await Self.shape(database)
            let again = try await Self.migrate(database)
            #expect(again.from == 1 && again.to == 1)
            #expect(try await Self.shape(database) == before)
            #expect(before.count > 300)
        }
    }

    @Test func aNewerDatabaseIsRefused() async throws {
        try await StoreFixture.with { fixture in
            try await fixture.sql.query("INSERT INTO sluice_schema (version, build) VALUES (2, 'later')")
            let error = await #expect(throws: StoreError.self) { _ = try await Self.migrate(fixture.database) }
            guard case .schemaTooNew(found: 2, known: 1) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func theSQLAndTheSwiftPriorityClassesAgree() async throws {
        try await StoreFixture.with { fixture in
            for priority in Array(-2...120) + [1_000_000] {
                let sql = try await fixture.sql.query(
                    "SELECT sluice_priority_class($1)", [.int32(Int32(priority))]
                ).scalar(Int16.self)
                #expect(UInt8(sql) == PriorityClass(priority: priority).rawValue, "priority \(priority)")
            }
        }
    }

    @Test func hashSlotsCoverTheirRange() async throws {
        try await StoreFixture.with { fixture in
            let row = try await fixture.sql.query(
                """
                SELECT min(s)::int4 AS least, max(s)::int4 AS most, count(DISTINCT s)::int4 AS n
                FROM (SELECT sluice_hash_slot(n::text) s FROM generate_series(1, 100000) n) t
                """)[0]
            #expect(try row.decode(Int32.self, "least") == 0)
            #expect(try row.decode(Int32.self, "most") == 4095)
            #expect(try row.decode(Int32.self, "n") == 4096)
        }
    }
}
