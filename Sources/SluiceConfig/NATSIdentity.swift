/// Who a process is to the NATS servers: a public key, and the file that proves it.
public struct NATSNKey: Hashable, Sendable {
    public var publicKey: String
    public var seedFile: String
}

/// PEM files for TLS to the NATS servers. All nil: the URLs and the system's trust decide.
public struct NATSFiles: Hashable, Sendable {
    /// Whom the servers' certificates must come from.
    public var ca: String?
    /// This process's own certificate and its key; both or neither.
    public var certificate: String?
    public var key: String?

    public var isEmpty: Bool { ca == nil && certificate == nil && key == nil }
}
