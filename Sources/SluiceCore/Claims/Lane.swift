/// A lane as the leader knows it: one device and one source of work on it.
public struct Lane: Hashable, Sendable {
    public var id: LaneID
    public var device: DeviceID
    public var priorityClass: PriorityClass
    /// False while its sequence, its workspace or everything is paused: such a lane is never probed, so it costs
    /// nothing.
    public var isRunnable: Bool
    /// Where its next unclaimed contact is: never later than the truth; nil when it has none.
    public var next: LanePosition?
    /// Contacts of a minute that may be claimed of its source, over all its lanes; nil: as many as there is room for.
    public var ratePerMinute: Int?

    public init(
        id: LaneID, device: DeviceID, priorityClass: PriorityClass, isRunnable: Bool, next: LanePosition?,
        ratePerMinute: Int? = nil
    ) {
        self.id = id
        self.device = device
        self.priorityClass = priorityClass
        self.isRunnable = isRunnable
        self.next = next
        self.ratePerMinute = ratePerMinute
    }
}
