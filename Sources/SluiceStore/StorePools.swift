internal import FoundationEssentials
public import PostgresDriver

/// A node's connections: one that renews its lease and nothing else, so that a renewal never queues behind work; some
/// that need not wait for the disk; some that must.
public struct StorePools: Sendable {
    let lease: PostgresPool
    let relaxed: PostgresPool
    let durable: PostgresPool
    /// For LISTEN, on a connection of its own.
    let configuration: PostgresConfiguration

    /// - Parameters:
    ///   - url: where the database is; the `application_name` shows `name`.
    ///   - passwordFile: a file whose first line is the password, when it is not in `url`.
    ///   - durable: how many connections reserve and settle, or do the leader's writing.
    public init(
        url: String, passwordFile: String? = nil, name: String, durable: Int, relaxed: Int = 2
    ) throws(PostgresError) {
        func configuration(isDurable: Bool, suffix: String) throws(PostgresError) -> PostgresConfiguration {
            var configuration = try PostgresConfiguration(
                url, applicationName: "sluice \(name) \(suffix)",
                settings: SluiceStore.sessionSettings(isDurable: isDurable))
            configuration.passwordFile = passwordFile
            return configuration
        }
        func pool(_ size: Int, isDurable: Bool, suffix: String) throws(PostgresError) -> PostgresPool {
            PostgresPool(
                try configuration(isDurable: isDurable, suffix: suffix),
                limits: PostgresPoolConfiguration(maximumConnections: size, minimumConnections: 1))
        }
        lease = try pool(1, isDurable: true, suffix: "lease")
        self.relaxed = try pool(relaxed, isDurable: false, suffix: "claim")
        self.durable = try pool(durable, isDurable: true, suffix: "work")
        self.configuration = try configuration(isDurable: false, suffix: "listen")
    }

    /// Keeps the pools running until cancelled.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pool in [lease, relaxed, durable] {
                group.addTask { try await pool.run() }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
