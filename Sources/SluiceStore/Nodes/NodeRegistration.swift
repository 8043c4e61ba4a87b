/// A node that starts.
public struct NodeRegistration: Hashable, Sendable {
    public enum Role: String, Hashable, Sendable { case coordinator, shard, api }

    public var name: String
    public var role: Role
    public var version: String
    public var host: String
    /// How long the lease lasts from each renewal.
    public var lease: Duration

    public init(name: String, role: Role, version: String, host: String, lease: Duration) {
        self.name = name
        self.role = role
        self.version = version
        self.host = host
        self.lease = lease
    }
}
