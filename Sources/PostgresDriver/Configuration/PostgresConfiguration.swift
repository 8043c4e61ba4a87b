/// Where a database is and how to talk to it. Describes itself without its password.
public struct PostgresConfiguration: Sendable {
    /// libpq's connection keywords and their values, as "Parameter Key Words" in its manual has them.
    public var parameters: [String: String]

    /// A file whose first line is the password. It goes before a password in ``parameters`` and is read for each session.
    public var passwordFile: String?

    /// Server settings given at start-up, as `-c name=value` would. They hold for every session of this
    /// configuration.
    public var settings: [String: String]

    /// The longest wait for a session, from name resolution to the server's "ready".
    public var connectTimeout: Duration

    /// The deadline of a statement that names none of its own, waiting in queues included.
    public var defaultDeadline: Duration

    /// How long a statement may take to stop after it was told to, before its connection is given up.
    public var cancelGrace: Duration = .milliseconds(500)

    /// How many prepared statements a connection keeps; the least recently used goes first.
    public var statementCacheLimit = 256

    /// How many statements may wait on one connection.
    public var queueLimit = 1_024

    /// Notices a silent or vanished server in about four seconds instead of minutes.
    public static let defaultParameters = [
        "tcp_user_timeout": "4000",
        "keepalives_idle": "2",
        "keepalives_interval": "1",
        "keepalives_count": "3",
    ]

    /// Bounds what a forgotten statement or transaction can hold on to in the server.
    public static let defaultSettings = [
        "statement_timeout": "3s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "3s",
    ]

    /// Reads a `postgresql://` or `postgres://` URL or a `key=value` string; libpq does the parsing.
    ///
    /// What the string leaves open is taken from ``defaultParameters``, the `PG…` environment variables and libpq, in
    /// this order. `connect_timeout` (seconds) in the string sets ``connectTimeout``, which is 3 s otherwise.
    /// - Throws: ``PostgresError`` of kind `invalidConfiguration`; its text repeats nothing of the string.
    public init(
        _ connectionString: String,
        applicationName: String? = nil,
        settings: [String: String] = Self.defaultSettings,
        defaultDeadline: Duration = .seconds(5)
    ) throws(PostgresError) {
        var parsed = try ConnectionString.parse(connectionString)
        try Self.checkHost(parsed["host"])
        if let applicationName { parsed["application_name"] = applicationName }
        connectTimeout = .seconds(parsed["connect_timeout"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 3)
        parameters = Self.defaultParameters.merging(parsed) { _, given in given }
        self.settings = settings
        self.defaultDeadline = defaultDeadline
    }

    /// A copy for another database of the same server.
    public func withDatabase(_ name: String) -> PostgresConfiguration {
        var copy = self
        copy.parameters["dbname"] = name
        return copy
    }

    /// `host:port/database`, for messages.
    public var target: String {
        let host = parameters["host"] ?? parameters["hostaddr"] ?? "the default host"
        let database = parameters["dbname"].map { "/\($0)" } ?? ""
        return "\(host):\(parameters["port"] ?? "5432")\(database)"
    }

    /// An unescaped `@` in a password ends up in the host, which messages show.
    private static func checkHost(_ host: String?) throws(PostgresError) {
        guard let host, host.contains("@") else { return }
        throw PostgresError(
            .invalidConfiguration,
            "the host of the connection string contains \"@\"; write \"@\" in a password as \"%40\"")
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        "PostgreSQL at \(target)" + (parameters["user"].map { " as \($0)" } ?? "")
    }

    public var debugDescription: String { description }

    /// Without children, so that `dump` and test failures show no password either.
    public var customMirror: Mirror { Mirror(self, children: ["target": target]) }
}
