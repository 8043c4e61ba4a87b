extension NATSOptions {
    /// Longest time `connect` may take, see `connectTimeout`.
    var totalConnectTimeout: Duration {
        connectTimeout * (servers.count + 1)
    }

    /// Checks every option.
    /// - Returns: how errors of this connection are worded.
    /// - Throws: `NATSError` of kind `invalidOptions`.
    func validated() throws(NATSError) -> StatusTranslation {
        var shown: [String] = []
        var secrets = authenticationSecrets
        if servers.isEmpty { throw invalid("no server is given") }
        for server in servers {
            guard let address = ServerAddress(server) else {
                // The text is not shown: it may hold a password in a place where no password belongs.
                throw invalid("server \(shown.count + 1) is not of the form nats://[user:password@]host[:port]")
            }
            shown.append(address.shown)
            secrets += address.secrets
        }
        let durations = [
            ("pingInterval", pingInterval), ("reconnectWait", reconnectWait), ("connectTimeout", connectTimeout),
            ("writeDeadline", writeDeadline), ("drainTimeout", drainTimeout),
        ]
        for (name, duration) in durations where duration < .milliseconds(1) {
            throw invalid("\(name) must be at least one millisecond")
        }
        if reconnectJitter < .zero { throw invalid("reconnectJitter must not be negative") }
        if maxPingsOut < 1 { throw invalid("maxPingsOut must be at least 1") }
        if let tls, (tls.certificateFile == nil) != (tls.keyFile == nil) {
            throw invalid("a TLS certificate and its key must be given together")
        }
        return StatusTranslation(servers: shown, secrets: secrets.filter { !$0.isEmpty })
    }

    private var authenticationSecrets: [String] {
        switch authentication {
        case .fromURL, .nkey, .credentialsFile: []
        case .userPassword(_, let password): [password]
        case .token(let token): [token]
        }
    }

    private func invalid(_ detail: String) -> NATSError {
        NATSError(.invalidOptions, operation: "connect", detail: detail)
    }
}
