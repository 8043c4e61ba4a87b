import Foundation
import PostgresDriver
import SluiceStore

/// The roles of `cluster/postgres`, as whom nodes log in on real machines.
public enum DatabaseRole: String, CaseIterable, Sendable {
    case owner = "sluice_owner"
    case coordinator = "sluice_coordinator"
    case shard = "sluice_shard"
    case api = "sluice_api"
    case `operator` = "sluice_operator"
    case reader = "sluice_reader"

    /// Makes the roles, has the owner migrate the database of `superuser`, and grants.
    static func prepare(_ superuser: PostgresConfiguration) async throws {
        try await run(superuser, sql("roles.sql"))
        try await run(
            superuser,
            """
            DO $$ BEGIN
                EXECUTE format('ALTER DATABASE %I OWNER TO sluice_owner', current_database());
            END $$;
            """)
        var owner = superuser
        owner.settings = ["role": DatabaseRole.owner.rawValue]
        owner.settings.merge(Migrator.sessionSettings) { $1 }
        try await PostgresConnection.withConnection(owner) { connection in
            _ = try await Migrator(connection: connection).migrate()
            try await connection.execute(script: sql("grants.sql"), deadline: .seconds(60))
        }
    }

    /// A file of `cluster/postgres`.
    public static func sql(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("cluster/postgres/\(name)"), encoding: .utf8)
    }

    private static func run(_ configuration: PostgresConfiguration, _ script: String) async throws {
        try await PostgresConnection.withConnection(configuration) { connection in
            try await connection.execute(script: script, deadline: .seconds(60))
        }
    }
}
