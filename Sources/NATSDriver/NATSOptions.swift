/// How to reach the servers and when to give up. Validated once, by `NATSConnection.connect`.
public struct NATSOptions: Sendable {
    /// How the client proves who it is, beyond user and password (or a token) in a server's URL.
    public enum Authentication: Sendable {
        /// Nothing, or what the URLs say.
        case fromURL
        case userPassword(user: String, password: String)
        case token(String)
        /// The public key in text form and the file that holds the seed.
        case nkey(publicKey: String, seedFile: String)
        /// A `.creds` file with a JWT and a seed.
        case credentialsFile(String)
    }

    /// Transport security; PEM files. A `tls://` URL alone means system trust and no client certificate.
    public struct TLS: Sendable {
        public var caFile: String?
        public var certificateFile: String?
        public var keyFile: String?
        /// The name the server's certificate must carry, when it is not the host of the URL.
        public var expectedHostname: String?

        public init(
            caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
            expectedHostname: String? = nil
        ) {
            self.caFile = caFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.expectedHostname = expectedHostname
        }
    }

    /// `nats://[user:password@]host[:port]` each; tried in random order unless `randomizeServers` is false.
    public var servers: [String]
    public var randomizeServers = true

    /// Shown in the server's monitoring.
    public var name: String?
    public var authentication: Authentication = .fromURL
    public var tls: TLS?

    /// A partition is noticed after `pingInterval × (maxPingsOut + 1)`. The defaults of libnats need six minutes.
    public var pingInterval: Duration = .seconds(1)
    public var maxPingsOut = 2

    /// Tries per server before the connection closes itself; −1 means for ever.
    public var maxReconnectAttempts = -1

    /// Pause after the whole list was tried, plus a random part up to `reconnectJitter`.
    public var reconnectWait: Duration = .milliseconds(250)
    public var reconnectJitter: Duration = .milliseconds(100)

    /// Time for one server to accept and greet. The whole of `connect` takes at most this times the servers, plus one.
    public var connectTimeout: Duration = .seconds(2)

    /// Longest time one write to the socket may wait for a server that does not read.
    public var writeDeadline: Duration = .milliseconds(500)

    /// True: `connect` returns a connection in state `connecting` when no server is there yet, and goes on trying.
    public var retryInitialConnect = false

    /// True: each publish is written to the socket at once (lower latency, fewer messages per second). False: libnats
    /// gathers publishes for up to about a millisecond.
    public var sendImmediately = false

    /// How long `close` lets subscriptions work off what they have received.
    public var drainTimeout: Duration = .seconds(5)

    public init(servers: [String]) {
        self.servers = servers
    }

    /// Replies come to `_INBOX.<public nkey>.…` when there is an nkey, and to `_INBOX.…` otherwise.
    var inboxOwner: String? {
        if case .nkey(let publicKey, _) = authentication { publicKey } else { nil }
    }

    /// Whether each connection is to sign what the server asks.
    var provesKey: Bool {
        switch authentication {
        case .nkey, .credentialsFile: true
        case .fromURL, .userPassword, .token: false
        }
    }

    /// - Parameter url: one server, or several with commas between them, as in `NATS_URL`.
    public init(url: String) {
        self.init(servers: url.split(separator: ",").map { $0.trimmingBlanks() })
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> String {
        var rest = drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
