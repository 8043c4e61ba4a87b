/// How many claims of one batch on one device the leader took back itself.
public struct ReturnedClaims: Hashable, Sendable {
    public var device: DeviceID
    public var batch: BatchID
    public var count: Int

    public init(device: DeviceID, batch: BatchID, count: Int) {
        self.device = device
        self.batch = batch
        self.count = count
    }
}
