public import NATSDriver
public import PostgresDriver
public import SluiceCore
public import SluiceStore
public import SluiceWire

/// What an API server is told.
public struct APIConfiguration: Sendable {
    /// What the cluster knows it by.
    public var node: NodeRegistration
    public var host: String
    /// 0 takes any free one.
    public var port: Int
    /// Sessions without `sluice.internal`: the API writes as users do.
    public var database: PostgresConfiguration
    public var nats: NATSOptions
    public var subjects: Subjects
    public var timers = Timers()
    public var windows = CapWindows()
    /// Connections to the database, beside the one that renews the lease.
    public var connections = 4

    public init(
        node: NodeRegistration, host: String, port: Int, database: PostgresConfiguration, nats: NATSOptions,
        subjects: Subjects
    ) {
        self.node = node
        self.host = host
        self.port = port
        self.database = database
        self.nats = nats
        self.subjects = subjects
    }

    /// Anybody who reaches the API may enroll anybody: until there are keys, only this machine may reach it.
    func requireLoopback() throws(APIConfigurationError) {
        let isLoopback = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        guard isLoopback else { throw APIConfigurationError.notLoopback(host: host) }
    }
}

/// Why an API server does not start.
public enum APIConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    case notLoopback(host: String)

    public var description: String {
        switch self {
        case .notLoopback(let host):
            "the API has no keys yet and therefore listens on loopback addresses only, not on \(host): set SLUICE_API_HOST=127.0.0.1"
        }
    }
}
