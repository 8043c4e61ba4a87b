public import PostgresDriver
import Synchronization

/// A database of one test's own, in the cluster that all suites share.
public struct TestDatabase: Sendable {
    public let name: String
    public let configuration: PostgresConfiguration
    /// `postgresql://…`
    public let url: String
    private let server: EphemeralPostgres

    private static let counter = Atomic<Int>(0)

    /// Copies `template` (30–50 ms); drop it with ``drop()``, or use ``with(template:_:)``.
    public static func make(template: String = "template0") async throws -> TestDatabase {
        let server = try await EphemeralPostgres.shared()
        let name = "test_\(counter.add(1, ordering: .relaxed).newValue)"
        try await administer(server, "CREATE DATABASE \(name) TEMPLATE \(template.quotedIdentifier)")
        let configuration = try server.configuration(database: name)
        if template != "template0" { try await disown(configuration) }
        return TestDatabase(
            name: name, configuration: configuration, url: "postgresql://postgres@127.0.0.1:\(server.port)/\(name)",
            server: server)
    }

    /// The same for one of the roles; the cluster asks nobody for a password.
    public func url(as role: DatabaseRole) -> String {
        "postgresql://\(role.rawValue)@127.0.0.1:\(server.port)/\(name)"
    }

    /// Cuts the sessions that are left and removes the database.
    public func drop() async throws {
        try await Self.administer(server, "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    /// A database for the duration of `body`.
    public static func with<Value: Sendable>(
        template: String = "template0", _ body: (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let database = try await make(template: template)
        do {
            let value = try await body(database)
            try await database.drop()
            return value
        } catch {
            // The test's error matters more than that of cleaning up; the whole cluster goes at the end anyway.
            try? await database.drop()
            throw error
        }
    }

    /// A copy of Sluice's tables is taken for a restored backup, and this one is none.
    private static func disown(_ configuration: PostgresConfiguration) async throws {
        try await PostgresConnection.withConnection(configuration) { connection in
            _ = try await connection.query("UPDATE database_identity SET database = sluice_database()")
        }
    }

    /// Creating waits for anyone who is connected to the template to leave, at most ten seconds.
    private static func administer(_ server: EphemeralPostgres, _ sql: String) async throws {
        try await PostgresConnection.withConnection(server.configuration(settings: [:])) { connection in
            try await eventually("the template to be free") {
                do {
                    try await connection.execute(script: sql, deadline: .seconds(60))
                    return true
                } catch let error as PostgresError where error.sqlState == "55006" {
                    return false
                }
            }
        }
    }
}
