import Foundation
import PostgresDriver
import SluiceStore
import TestSupport
import Testing

/// Who gets into a server that is set up by `cluster/postgres`, and under which limits: on a cluster of the suite's own,
/// with its `pg_hba.conf` and TLS.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LoginTests {
    private static let password = "correct horse: 100% 'battery' @staple"

    @Test func `TLS, scram and the right password are the only way in`() async throws {
        try await Self.withServer { server in
            for role in DatabaseRole.allCases.map(\.rawValue) {
                let right = try await Self.error(role, on: server)
                #expect(right == nil, "\(role)")
                let refusals = [
                    try await Self.error(role, on: server, password: "guess"),
                    try await Self.error(role, on: server, password: nil),
                    try await Self.error(role, on: server, tls: "disable"),
                    try await Self.error(role, on: server, database: "postgres"),
                ]
                #expect(!refusals.contains(nil), "\(role): \(refusals)")
            }
            let superuser = try await Self.error("postgres", on: server)
            #expect(superuser != nil, "not over the network")
        }
    }

    @Test func `a role's limits hold for whoever sets none`() async throws {
        let limits: [DatabaseRole: [String]] = [
            .owner: ["0", "0", "0"], .coordinator: ["1min", "2s", "10s"], .shard: ["10s", "2s", "10s"],
            .api: ["10s", "2s", "10s"], .operator: ["30s", "2s", "30s"], .reader: ["30s", "2s", "30s"],
        ]
        try await Self.withServer { server in
            for (role, expected) in limits {
                let configuration = try Self.configuration(role.rawValue, on: server)
                let found = try await PostgresConnection.withConnection(configuration) { session in
                    try await session.query(
                        """
                        SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                            current_setting('idle_in_transaction_session_timeout')
                        """)[0]
                }
                #expect(try (0..<3).map { try found.decode(String.self, at: $0) } == expected, "\(role)")
            }
        }
    }

    /// As systemd hands credentials out: read-only, and with a group's bit where the access is by a list.
    @Test func `the password is read from a file that libpq would pass by`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("login-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // What stays behind is in the temporary folder.
        let file = folder.appendingPathComponent("database.password").path
        func write(_ text: String, mode: Int) throws {
            try? FileManager.default.removeItem(atPath: file)  // There is none the first time.
            try #require(FileManager.default.createFile(atPath: file, contents: Data(text.utf8)))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        }
        try await Self.withServer { server in
            func login() async throws -> PostgresError? {
                var configuration = try Self.configuration("sluice_shard", on: server, password: nil)
                configuration.passwordFile = file
                return try await Self.error(configuration)
            }
            for mode in [0o400, 0o440, 0o600] {
                try write(Self.password + "\n", mode: mode)
                #expect(try await login() == nil, "\(mode)")
            }
            // Changed on the server and in the file: the next session uses it.
            try write("guess\n", mode: 0o400)
            let refused = try await login()
            #expect(refused?.kind == .connectionFailed)
            for (text, mode) in [(Self.password, 0o444), ("", 0o400), ("\n", 0o400)] {
                try write(text, mode: mode)
                let error = try await login()
                #expect(error?.kind == .invalidConfiguration, "\(String(describing: error))")
                #expect(error.map { !"\($0)".contains(Self.password) } == true)
            }
        }
    }

    // MARK: The server

    private static func configuration(
        _ user: String, on server: EphemeralPostgres, password: String? = password, database: String = "sluice",
        tls: String = "require"
    ) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(
            "postgresql://\(user)@127.0.0.1:\(server.port)/\(database)?sslmode=\(tls)", settings: [:])
        configuration.parameters["password"] = password
        return configuration
    }

    /// The SQLSTATE with which a login fails, `none` when it fails without one, nil when it does not fail.
    private static func error(
        _ user: String, on server: EphemeralPostgres, password: String? = password, database: String = "sluice",
        tls: String = "require"
    ) async throws -> String? {
        let configuration = try configuration(user, on: server, password: password, database: database, tls: tls)
        return try await error(configuration).map { $0.sqlState ?? "none" }
    }

    private static func error(_ configuration: PostgresConfiguration) async throws -> PostgresError? {
        do {
            try await PostgresConnection.withConnection(configuration) { _ = try await $0.query("SELECT 1") }
            return nil
        } catch let error as PostgresError {
            return error
        }
    }

    private static func withServer(_ body: (EphemeralPostgres) async throws -> Void) async throws {
        let server = try await EphemeralPostgres.start()
        do {
            try await secure(server)
            try await body(server)
        } catch {
            // The test's error matters more than a folder that stays behind.
            try? await server.stop()
            throw error
        }
        try await server.stop()
    }

    /// The roles with their password, a certificate made by the server's own user, and the file for real servers with
    /// this host in place of their network.
    private static func secure(_ server: EphemeralPostgres) async throws {
        let rules = try DatabaseRole.sql("pg_hba.conf").replacingOccurrences(of: "192.0.2.0/24", with: "127.0.0.1/32")
        try await PostgresConnection.withConnection(server.configuration(settings: [:])) { superuser in
            try await superuser.execute(script: DatabaseRole.sql("roles.sql"))
            for role in DatabaseRole.allCases {
                let quoted = password.replacingOccurrences(of: "'", with: "''")
                try await superuser.execute(script: "ALTER ROLE \(role.rawValue) PASSWORD '\(quoted)'")
            }
            let kinds = try await superuser.query(
                "SELECT DISTINCT left(rolpassword, 14) FROM pg_authid WHERE rolname LIKE 'sluice%'")
            #expect(try kinds.column(String.self, at: 0) == ["SCRAM-SHA-256$"])
            try await superuser.execute(script: "CREATE DATABASE sluice OWNER sluice_owner")
            let folder = try await superuser.query("SHOW data_directory").scalar(String.self)
            try await superuser.execute(
                script: """
                    COPY (SELECT 1) TO PROGRAM 'cd \(folder) && openssl req -x509 -newkey ec -nodes -subj /CN=test \
                    -pkeyopt ec_paramgen_curve:prime256v1 -keyout server.key -out server.crt 2>&1 && chmod 600 server.key';
                    """, deadline: .seconds(20))
            try await superuser.execute(script: "ALTER SYSTEM SET ssl = on")
            let lines = "SELECT unnest(string_to_array($rules$\(rules)$rules$, chr(10)))"
            try await superuser.execute(script: "COPY (\(lines)) TO '\(folder)/pg_hba.conf'")
            try await superuser.execute(script: "SELECT pg_reload_conf()")
        }
        try await eventually("the rules to hold") { try await error("postgres", on: server, tls: "prefer") != nil }
        try await eventually("TLS to be on") { try await error("sluice_reader", on: server) == nil }
    }
}
