/// How much operators have changed, as the leader has to know it: a number that the database gives out rises with each
/// change.
public struct ControlVersions: Hashable, Sendable {
    public var all: Int64
    /// Of those, what concerns more than which lanes may send: devices, caps, gateways, nodes.
    public var devices: Int64

    public init(all: Int64, devices: Int64) {
        self.all = all
        self.devices = devices
    }

    /// What only says which lanes may send: pauses, and the sources that lanes hang on.
    var lanes: Int64 { all.saturatingSubtract(devices) }
}
