/// "This lane has a contact due at that time": what a producer, a settle or a release tells the leader. May come late,
/// twice or never.
public struct LaneDue: Hashable, Sendable {
    public var lane: LaneID
    public var due: DatabaseTime

    public init(lane: LaneID, due: DatabaseTime) {
        self.lane = lane
        self.due = due
    }
}
