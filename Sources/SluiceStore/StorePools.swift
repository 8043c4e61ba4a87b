internal import FoundationEssentials
public import PostgresDriver

/// A node's connections: one that renews its lease and nothing else, so that a renewal never queues behind work; the
/// leader's one for claims and those for what is urgent; some that need not wait for the disk; some that must.
public struct StorePools: Sendable {
    let lease: PostgresPool
    let claims: PostgresPool
    let urgent: PostgresPool
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
        func configuration(
            _ settings: [String: String], suffix: String
        ) throws(PostgresError) -> PostgresConfiguration {
            var configuration = try PostgresConfiguration(
                url, applicationName: "sluice \(name) \(suffix)", settings: settings)
            configuration.passwordFile = passwordFile
            return configuration
        }
        func pool(
            _ size: Int, atLeast minimum: Int = 1, _ settings: [String: String], suffix: String
        ) throws(PostgresError) -> PostgresPool {
            PostgresPool(
                try configuration(settings, suffix: suffix),
                limits: PostgresPoolConfiguration(maximumConnections: size, minimumConnections: minimum))
        }
        let lasting = SluiceStore.sessionSettings(isDurable: true)
        lease = try pool(1, lasting, suffix: "lease")
        // One claim is under way at most, and only at the leader.
        claims = try pool(1, atLeast: 0, SluiceStore.probingSettings, suffix: "claim")
        // Lead triggers and runs of triggers, one statement of each.
        urgent = try pool(2, atLeast: 0, SluiceStore.urgentSettings, suffix: "urgent")
        self.relaxed = try pool(relaxed, SluiceStore.probingSettings, suffix: "read")
        self.durable = try pool(durable, lasting, suffix: "work")
        self.configuration = try configuration(SluiceStore.sessionSettings(isDurable: false), suffix: "listen")
    }

    /// Keeps the pools running until cancelled.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pool in [lease, claims, urgent, relaxed, durable] {
                group.addTask { try await pool.run() }
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
