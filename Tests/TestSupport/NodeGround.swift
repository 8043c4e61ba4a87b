public import FoundationEssentials
public import NATSDriver
import PostgresDriver
public import SluiceWire

/// What the nodes of one test run on: a migrated database, a NATS server of their own, and the test's own way to both.
public struct NodeGround: Sendable {
    public let databaseURL: String
    public let server: EphemeralNATS
    /// The test's connection; nodes make their own.
    public let nats: NATSConnection
    public let subjects = Subjects(cluster: "test")!
    private let configuration: PostgresConfiguration

    /// A database in the cluster that all suites share.
    public static func with(_ body: @Sendable (NodeGround) async throws -> Void) async throws {
        try await StoreFixture.prepareTemplate()
        try await TestDatabase.with(template: StoreFixture.template) { database in
            try await run(database.url, database.configuration, body)
        }
    }

    /// A database in a cluster of this test's own, which it may crash and start again.
    public static func withOwnPostgres(
        _ body: @Sendable (NodeGround, EphemeralPostgres) async throws -> Void
    ) async throws {
        let postgres = try await EphemeralPostgres.start()
        do {
            let configuration = try postgres.configuration()
            try await StoreFixture.migrate(configuration)
            try await run(postgres.url, configuration) { try await body($0, postgres) }
        } catch {
            // The test's error matters more than a folder that stays behind.
            try? await postgres.stop()
            throw error
        }
        try await postgres.stop()
    }

    private static func run(
        _ url: String, _ configuration: PostgresConfiguration, _ body: (NodeGround) async throws -> Void
    ) async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        try await NATSConnection.withConnection(Self.options(server)) { nats in
            try await body(
                NodeGround(databaseURL: url, server: server, nats: nats, configuration: configuration))
        }
    }

    private init(databaseURL: String, server: EphemeralNATS, nats: NATSConnection, configuration: PostgresConfiguration)
    {
        self.databaseURL = databaseURL
        self.server = server
        self.nats = nats
        self.configuration = configuration
    }

    // MARK: For nodes

    /// A node's connection to NATS, made as production nodes make it: it need not be there.
    public func withNATS<Value>(_ body: (NATSConnection) async throws -> Value) async throws -> Value {
        try await NATSConnection.withConnection(Self.options(server), body)
    }

    private static func options(_ server: EphemeralNATS) -> NATSOptions {
        var options = NATSOptions(url: server.url)
        options.retryInitialConnect = true
        return options
    }

    // MARK: Looking

    /// What the nodes say of themselves: up to `count` of them, within a second.
    public func statuses(_ count: Int) async throws -> [NodeStatus] {
        try await nats.requestMany(
            subjects.status, payload: StatusRequest().encoded(), collectFor: .seconds(1), max: count
        ).map { try NodeStatus(decoding: $0.payload) }
    }

    // MARK: SQL, on a connection of its own each time: the database may have died in between

    /// Several statements, as a user would type them.
    public func execute(_ script: String) async throws {
        try await PostgresConnection.withConnection(configuration) { try await $0.execute(script: script) }
    }

    /// A single number from a query.
    public func number(_ sql: String) async throws -> Int {
        try await PostgresConnection.withConnection(configuration) {
            Int(try await $0.query("SELECT (\(sql))::bigint").scalar(Int64.self))
        }
    }

    /// The ids that a query gives.
    public func ids(_ sql: String) async throws -> [UUID] {
        try await PostgresConnection.withConnection(configuration) { try await $0.query(sql).column(UUID.self, at: 0) }
    }

    /// One gateway, so many devices without a gap, and for each so many leads in a sequence of one step.
    /// The devices are named `device-1`, `device-2`, …
    public func addWork(
        devices: Int, leadsEach: Int, concurrency: Int = 50, dialect: String = "webhook",
        gateway: String = "http://127.0.0.1:9"
    ) async throws {
        try await execute(
            """
            INSERT INTO gateways (id, dialect, base_url, http_timeout_ms, accepts_late_ms, is_default)
                VALUES ('test', '\(dialect)', '\(gateway)', 5000, 1000, true);
            INSERT INTO user_devices (device_name, phone, min_delay_seconds, max_delay_seconds)
                SELECT 'device-' || n, (491510000000 + n)::text, 0, 0 FROM generate_series(1, \(devices)) n;
            UPDATE device_caps SET concurrent_cap = \(concurrency);
            WITH s AS (INSERT INTO sequences (name) VALUES ('test') RETURNING id)
            INSERT INTO sequence_steps (sequence_id, day_number, trigger, is_entry_point, content)
                SELECT id, 1, 'start', true, 'Hello' FROM s;
            """)
        try await addLeads(each: leadsEach)
    }

    /// For each device so many more leads.
    public func addLeads(each: Int) async throws {
        try await execute(
            """
            INSERT INTO leads (name, phone, device_id, trigger)
                SELECT 'Lead', (4917000000000 + (SELECT count(*) FROM leads) + row_number() OVER ())::text, d.id, 'start'
                FROM user_devices d, generate_series(1, \(each));
            """)
    }
}
