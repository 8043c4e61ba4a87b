public import PostgresDriver
public import SluiceStore

/// A migrated database of one test's own, with a node's pools running on it.
public struct StoreFixture: Sendable {
    public let database: TestDatabase
    /// As superuser.
    public let pools: StorePools
    /// Logged in as a coordinator does on real machines, and may do no more.
    public let coordinatorPools: StorePools
    /// Logged in as a shard node does.
    public let shardPools: StorePools
    /// A session like a user's: triggers see what it writes.
    public let sql: PostgresConnection

    /// Without pools of the roles' own, nodes work as superuser.
    public init(
        database: TestDatabase, pools: StorePools, coordinatorPools: StorePools? = nil, shardPools: StorePools? = nil,
        sql: PostgresConnection
    ) {
        self.database = database
        self.pools = pools
        self.coordinatorPools = coordinatorPools ?? pools
        self.shardPools = shardPools ?? pools
        self.sql = sql
    }

    /// The name of the migrated database that each test's is copied from.
    public static let template = "sluice_migrated"

    private static let turnstile = Turnstile(places: 6)

    /// Runs `body` on a fresh copy of the migrated template.
    @discardableResult
    public static func with<Value: Sendable>(
        _ body: @escaping @Sendable (StoreFixture) async throws -> Value
    ) async throws -> Value {
        // A fixture holds up to 25 connections of the two hundred that PostgreSQL allows, mostly a few.
        await turnstile.enter()
        defer { turnstile.leave() }
        try await prepareTemplate()
        return try await TestDatabase.with(template: template) { database in
            try await PostgresConnection.withConnection(database.configuration) { sql in
                try await withPools(to: database) { pools in
                    try await withPools(url: database.url(as: .coordinator)) { coordinator in
                        try await withPools(url: database.url(as: .shard)) { shard in
                            try await body(
                                StoreFixture(
                                    database: database, pools: pools, coordinatorPools: coordinator,
                                    shardPools: shard, sql: sql))
                        }
                    }
                }
            }
        }
    }

    /// A node's pools for the duration of `body`. Its sessions have ended, and reported their statistics, soon after.
    @discardableResult
    public static func withPools<Value: Sendable>(
        to database: TestDatabase, _ body: @escaping @Sendable (StorePools) async throws -> Value
    ) async throws -> Value {
        try await withPools(url: database.url, body)
    }

    /// The same, for a database that is not the shared cluster's.
    @discardableResult
    public static func withPools<Value: Sendable>(
        url: String, _ body: @escaping @Sendable (StorePools) async throws -> Value
    ) async throws -> Value {
        let pools = try StorePools(url: url, name: "test", durable: 4)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await pools.run()
                return nil
            }
            group.addTask { try await body(pools) }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let value = next { return value }
            }
            throw CancellationError()
        }
    }

    /// Builds the template once per cluster: migrated by its owner, with the roles and grants of `cluster/postgres`.
    public static func prepareTemplate() async throws {
        try await EphemeralPostgres.shared().template(named: template) { try await DatabaseRole.prepare($0) }
    }

    /// Creates the schema in an empty database.
    public static func migrate(_ configuration: PostgresConfiguration) async throws {
        var configuration = configuration
        configuration.settings = Migrator.sessionSettings
        try await PostgresConnection.withConnection(configuration) { connection in
            _ = try await Migrator(connection: connection).migrate()
        }
    }
}
