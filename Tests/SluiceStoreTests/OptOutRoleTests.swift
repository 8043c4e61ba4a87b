import PostgresDriver
import TestSupport
import Testing

/// Who may learn what gateways sign with and write what people wish by message, and how far that goes.
@Suite struct OptOutRoleTests {
    private static let functions = [
        "sluice_webhook_secret('main')", "sluice_opt_out('491700000001', '{default}')",
        "sluice_opt_in('491700000001', '{default}')",
    ]

    private static func with(
        _ role: DatabaseRole, _ body: @escaping @Sendable (StoreFixture, PostgresConnection) async throws -> Void
    ) async throws {
        try await StoreFixture.with { fixture in
            try await fixture.sql.query(
                """
                INSERT INTO gateways (id, dialect, base_url, credentials) VALUES
                    ('main', 'gowa', 'http://h', '{"webhook_secret": "s", "username": "u", "password": "hush"}'),
                    ('empty', 'gowa', 'http://h', '{"webhook_secret": ""}'), ('bare', 'gowa', 'http://h', '{}')
                """)
            let configuration = try PostgresConfiguration(fixture.database.url(as: role), applicationName: "tests")
            try await PostgresConnection.withConnection(configuration) { try await body(fixture, $0) }
        }
    }

    @Test(arguments: DatabaseRole.allCases.filter { $0 != .owner && $0 != .api })
    func nobodyElseMay(role: DatabaseRole) async throws {
        try await Self.with(role) { _, session in
            for function in Self.functions {
                let error = await #expect(throws: PostgresError.self) { try await session.query("SELECT \(function)") }
                #expect(error?.sqlState == "42501", "\(role): \(function)")
            }
        }
    }

    @Test func theAPILearnsTheSecretAndNoOtherCredential() async throws {
        try await Self.with(.api) { _, session in
            let secrets = try await session.query("SELECT sluice_webhook_secret(id) FROM gateways ORDER BY id")
            // An empty secret is none: anybody could sign with it.
            #expect(try secrets.column(String?.self, at: 0) == [nil, nil, "s"])
            await #expect(throws: PostgresError.self) { try await session.query("SELECT credentials FROM gateways") }
        }
    }

    @Test func theAPIWritesNoOperatorsSuppression() async throws {
        try await Self.with(.api) { fixture, session in
            try await fixture.sql.query("INSERT INTO suppressions (phone) VALUES ('491700000001')")
            for statement in [
                "INSERT INTO suppressions (phone) VALUES ('491700000002')", "DELETE FROM suppressions",
                "UPDATE suppressions SET by_message = true",
            ] {
                let error = await #expect(throws: PostgresError.self) { try await session.query(statement) }
                #expect(error?.sqlState == "42501", "\(statement)")
            }
            let out = try await session.query("SELECT sluice_opt_out('+49 170 0000001', '{default,*}')")
            #expect(try out.column(String.self, at: 0) == ["*"])
            let back = try await session.query("SELECT sluice_opt_in('491700000001', '{default,*}')")
            #expect(try back.column(String.self, at: 0) == ["*"])
            let left = try await fixture.sql.query("SELECT workspace_id || ' ' || reason FROM suppressions")
            #expect(try left.column(String.self, at: 0) == ["default operator"])
        }
    }
}
