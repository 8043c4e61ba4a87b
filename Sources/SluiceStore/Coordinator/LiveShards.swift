public import SluiceCore

/// The shard nodes with a running lease.
public struct LiveShards: Hashable, Sendable {
    public var members: [ShardMember]
    /// How long it was until the first of their leases ends, unless it is renewed; nil when there is none.
    public var firstLapse: Duration?

    public init(members: [ShardMember], firstLapse: Duration?) {
        self.members = members
        self.firstLapse = firstLapse
    }
}
