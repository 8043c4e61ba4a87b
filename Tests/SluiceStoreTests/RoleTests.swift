import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// What the roles of `cluster/postgres` may not do. What they may is shown by every other suite of this target: its
/// stores log in as the coordinator and as the shard.
@Suite struct RoleTests {
    /// `insufficient_privilege`.
    private static let refused = "42501"

    @Test(arguments: [
        (DatabaseRole.coordinator, "SELECT credentials FROM gateways"),
        (.coordinator, "SELECT credentials FROM device_caps"),
        (.coordinator, "UPDATE gateways SET base_url = 'http://elsewhere'"),
        (.coordinator, "UPDATE device_caps SET hourly_cap = 100000"),
        (.coordinator, "DELETE FROM sequence_contacts"),
        (.coordinator, "UPDATE leads SET phone = '1'"),
        (.coordinator, "DELETE FROM suppressions"),
        (.coordinator, "SELECT secret_hash FROM api_keys"),
        (.shard, "UPDATE device_caps SET hourly_cap = 100000"),
        (.shard, "UPDATE gateways SET base_url = 'http://elsewhere'"),
        (.shard, "DELETE FROM send_ledger"),
        (.shard, "TRUNCATE send_ledger"),
        (.shard, "DROP TABLE send_ledger"),
        (.shard, "UPDATE coordinator_lease SET term = term + 1"),
        (.shard, "UPDATE sequence_contacts SET recipient = '491510000000'"),
        (.shard, "UPDATE sequence_contacts SET generation = generation + 1"),
        (.shard, "INSERT INTO sequence_contacts DEFAULT VALUES"),
        (.shard, "DELETE FROM suppressions"),
        (.shard, "SELECT phone FROM leads"),
        (.shard, "UPDATE slot_owners SET wanted = 1"),
        (.shard, "SELECT secret_hash FROM api_keys"),
        (.shard, "CREATE TABLE mine ()"),
        (.api, "SELECT credentials FROM gateways"),
        (.api, "SELECT credentials FROM device_caps"),
        (.api, "UPDATE send_ledger SET state = 'sent'"),
        (.api, "UPDATE sequence_contacts SET claim_state = 0"),
        (.api, "UPDATE sequence_contacts SET attempts = 0"),
        (.api, "UPDATE coordinator_lease SET term = term + 1"),
        (.api, "UPDATE slot_owners SET epoch = epoch + 1"),
        (.api, "UPDATE device_caps SET hourly_cap = 100000"),
        (.api, "CREATE TABLE mine ()"),
        (.reader, "SELECT credentials FROM gateways"),
        (.reader, "SELECT credentials FROM device_caps"),
        (.reader, "SELECT secret_hash FROM api_keys"),
    ])
    func `what a role has no business with is refused`(role: DatabaseRole, statement: String) async throws {
        try await StoreFixture.with { fixture in
            let error = await Self.error(of: statement, as: role, in: fixture)
            #expect(error?.sqlState == Self.refused, "\(role): \(statement)")
        }
    }

    @Test func `the reader may write no table and no column`() async throws {
        try await StoreFixture.with { fixture in
            let writable = try await fixture.sql.query(
                """
                SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
                    AND (has_table_privilege('sluice_reader', oid, 'DELETE, TRUNCATE, TRIGGER')
                        OR has_any_column_privilege('sluice_reader', oid, 'INSERT, UPDATE'))
                """
            ).column(String.self, at: 0)
            #expect(writable == [])
        }
    }

    @Test func `credentials are for shards alone`() async throws {
        try await StoreFixture.with { fixture in
            for role in DatabaseRole.allCases where role != .owner {
                let error = await Self.error(
                    of: "SELECT g.credentials, d.credentials FROM gateways g, device_caps d", as: role, in: fixture)
                #expect((error == nil) == (role == .shard), "\(role)")
            }
        }
    }

    @Test(arguments: [DatabaseRole.api, .reader])
    func `what may be told of credentials is told`(role: DatabaseRole) async throws {
        try await StoreFixture.with { fixture in
            try await fixture.sql.execute(
                script: """
                    INSERT INTO gateways (id, dialect, base_url, credentials)
                        VALUES ('g', 'webhook', 'http://h', '{"username": "u", "password": "hush"}');
                    """)
            let configuration = try PostgresConfiguration(fixture.database.url(as: role), applicationName: "tests")
            try await PostgresConnection.withConnection(configuration) { session in
                let names = try await session.query("SELECT sluice_credential_names(id) FROM gateways")
                #expect(try names.scalar([String].self) == ["password", "username"])
                _ = try await session.query("SELECT sluice_device_problem(device_id) FROM device_caps")
            }
        }
    }

    @Test func `no role of a node is superuser or may become another`() async throws {
        try await StoreFixture.with { fixture in
            for role in DatabaseRole.allCases where role != .owner {
                let error = await Self.error(of: "SET ROLE sluice_owner", as: role, in: fixture)
                #expect(error?.sqlState == Self.refused, "\(role)")
            }
        }
    }

    @Test(arguments: [DatabaseRole.coordinator, .shard, .api])
    func `each kind of node registers, renews and leaves as its role`(role: DatabaseRole) async throws {
        try await StoreFixture.with { fixture in
            try await StoreFixture.withPools(url: fixture.database.url(as: role)) { pools in
                let store = PostgresShardStore(pools: pools, windows: CapWindows())
                let node = try await store.register(node: .test("node-1", .shard))
                _ = try await store.renew(node)
                try await store.leave(node)
            }
        }
    }

    /// The error of a statement that was run in a session of `role`'s own.
    private static func error(
        of statement: String, as role: DatabaseRole, in fixture: StoreFixture
    ) async -> PostgresError? {
        do {
            let configuration = try PostgresConfiguration(fixture.database.url(as: role), applicationName: "tests")
            try await PostgresConnection.withConnection(configuration) { try await $0.execute(script: statement) }
        } catch {
            return error as? PostgresError
        }
        return nil
    }
}
