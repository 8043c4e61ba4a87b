/// A device as the leader knows it: enough to find its shard and to keep several devices of one cap key within it.
public struct DeviceRoute: Hashable, Sendable {
    public var device: DeviceID
    public var capKey: String
    public var slot: HashSlot
    /// Of its workspace.
    public var floor = FloorShare.standard

    public init(device: DeviceID, capKey: String, slot: HashSlot) {
        self.device = device
        self.capKey = capKey
        self.slot = slot
    }
}
