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
    /// Of one API key; at least 1.
    public var requestsPerSecond = 200
    /// Makes workspaces and sending devices that a request names and that are not there, to try things out.
    public var createsSenders = false
    /// TCP connections that clients may hold at once; more wait to be accepted.
    public var clientConnections = 1_000
    /// How long a client may leave a connection without a byte.
    public var idleTimeout: Duration = .seconds(30)
    /// How long whoever reads a file may leave a piece of it lying. Whoever reads slower than this keeps a connection from others.
    public var readDeadline: Duration = .seconds(30)
    /// Where the world reaches this server, without a slash at the end. Twilio's signatures cannot be checked without.
    public var publicURL: String?
    /// Whether users' webhooks may have loopback and private addresses.
    public var webhookPrivateAddresses = false
    public var optOutWords = OptOutWords()
    public var optOutScope = OptOutScope.workspace

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

    /// Whether other machines reach it.
    var isOpenToNetwork: Bool { !(host == "localhost" || host == "::1" || host.hasPrefix("127.")) }
}

/// Why an API server does not start.
public enum APIConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    case noKey(host: String)

    public var description: String {
        switch self {
        case .noKey(let host):
            """
            there is no API key, and so the API listens on loopback addresses only, not on \(host): run `sluice keys create`, or set \
            SLUICE_API_HOST=127.0.0.1
            """
        }
    }
}
