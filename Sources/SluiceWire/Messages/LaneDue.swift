internal import CSluiceProto
internal import SluiceCore

extension LaneDue {
    init(wire: Sluice__V1__LaneDue) throws(WireError) {
        self.init(
            lane: LaneID(rawValue: try decodePositive(wire.lane, "LaneDue.lane")),
            due: DatabaseTime(microseconds: wire.due_us))
    }
}

extension PackingArena {
    mutating func lanes(
        _ lanes: [LaneDue]
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Sluice__V1__LaneDue>?>? {
        messages(lanes) { message, lane, _ in
            message.lane = lane.lane.rawValue
            message.due_us = lane.due.microseconds
        }
    }
}
