/// What a shard could start now on one device, and how many of the leader's claims it has worked off.
///
/// Exactness without a handshake: `capacity` and `consumed` are read at one instant of the shard, and `consumed` only
/// rises, so the leader's "claims made − consumed" is the number of live claims that `capacity` does not include yet. A
/// report that is missing shows by its number, and the leader asks for all.
public struct DeviceCredit: Hashable, Sendable {
    public var device: DeviceID
    /// The ownership this credit belongs to; credit of an older epoch is void.
    public var epoch: Epoch
    /// Sends the limiter, the gap and the device's condition allow now, claims still queued not subtracted.
    public var capacity: Int
    /// Claims of this term and epoch that the shard itself took out of the state `claimed` (reserved or released),
    /// ever.
    public var consumed: Int64

    public init(device: DeviceID, epoch: Epoch, capacity: Int, consumed: Int64) {
        self.device = device
        self.epoch = epoch
        self.capacity = capacity
        self.consumed = consumed
    }
}

/// One message from a shard to the leader.
public struct CreditReport: Hashable, Sendable {
    public var node: Incarnation
    /// The term the credit is granted to. A leader of another term ignores the credits and still takes the lanes.
    public var term: Term
    /// Rises with every report of this incarnation; an older one than the last is ignored.
    public var sequence: Int64
    public var credits: [DeviceCredit]
    public var lanes: [LaneDue]
    /// Contacts whose settle left them with nothing due, since the last report: the leader looks for completions.
    public var ended: Int
    /// The sequence of the report at which the node last began to name all its devices. Who has heard all reports from
    /// there on knows the credit of each.
    public var wholeFrom: Int64

    public init(
        node: Incarnation, term: Term, sequence: Int64, credits: [DeviceCredit], lanes: [LaneDue], ended: Int = 0,
        wholeFrom: Int64 = 1
    ) {
        self.node = node
        self.term = term
        self.sequence = sequence
        self.credits = credits
        self.lanes = lanes
        self.ended = ended
        self.wholeFrom = wholeFrom
    }
}
