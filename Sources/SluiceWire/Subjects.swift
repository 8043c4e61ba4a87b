public import SluiceCore

/// The NATS subjects of one cluster: `sluice.<cluster>.<what>`. Clusters that share a NATS server do not hear each
/// other.
public struct Subjects: Hashable, Sendable {
    private let prefix: String

    /// Nil unless `cluster` is 1 to 64 letters, digits, `_` or `-`: a dot, a blank or a wildcard would change what is
    /// subscribed to.
    public init?(cluster: String) {
        let isToken = cluster.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isToken, (1...64).contains(cluster.utf8.count) else { return nil }
        prefix = "sluice.\(cluster)"
    }

    /// ``DispatchBatch``, leader → one shard node. Only the incarnation named subscribes.
    public func dispatch(_ owner: Incarnation) -> String { "\(prefix).dispatch.\(owner.rawValue)" }

    /// ``CreditReport``, shard nodes → leader.
    public var credit: String { "\(prefix).credit" }

    /// ``LeaderBeacon``, leader → everybody.
    public var beacon: String { "\(prefix).beacon" }

    /// ``Wake``, producers → leader.
    public var wake: String { "\(prefix).wake" }

    /// ``StatusRequest``, answered by every node with ``NodeStatus``.
    public var status: String { "\(prefix).status" }

    /// ``DeviceStateRequest``, answered with ``DeviceState`` by the shard node that owns the device.
    public var device: String { "\(prefix).device" }
}
