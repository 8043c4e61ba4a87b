public import SluiceCore

/// A node that starts.
public struct NodeRegistration: Hashable, Sendable {
    public var name: String
    public var role: NodeRole
    public var version: String
    public var host: String
    /// How long the lease lasts from each renewal.
    public var lease: Duration

    public init(name: String, role: NodeRole, version: String, host: String, lease: Duration) {
        self.name = name
        self.role = role
        self.version = version
        self.host = host
        self.lease = lease
    }
}
