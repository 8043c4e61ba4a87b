internal import CSluiceProto
public import SluiceCore

extension CreditReport: WireMessage {
    public func encoded() -> [UInt8] {
        Sluice__V1__CreditReport.packed { message, arena in
            message.node = node.rawValue
            message.term = term.rawValue
            message.sequence = sequence
            message.n_credits = credits.count
            message.credits = arena.messages(credits) { message, credit, arena in
                message.device = arena.id(credit.device.rawValue)
                message.epoch = credit.epoch.rawValue
                message.capacity = UInt32(clamping: credit.capacity)
                message.consumed = credit.consumed
            }
            message.n_lanes = lanes.count
            message.lanes = arena.lanes(lanes)
            message.ended = UInt32(clamping: ended)
            message.whole_from = wholeFrom
        }
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__CreditReport.unpacked(bytes) { (message) throws(WireError) in
            CreditReport(
                node: Incarnation(rawValue: try decodePositive(message.node, "CreditReport.node")),
                term: Term(rawValue: try decodeCount(message.term, "CreditReport.term")),
                sequence: try decodePositive(message.sequence, "CreditReport.sequence"),
                credits: try decodeList(message.credits, count: message.n_credits, "CreditReport.credits") {
                    (credit) throws(WireError) in try DeviceCredit(wire: credit.pointee)
                },
                lanes: try decodeList(message.lanes, count: message.n_lanes, "CreditReport.lanes") {
                    (lane) throws(WireError) in try LaneDue(wire: lane.pointee)
                }, ended: Int(message.ended),
                wholeFrom: try decodePositive(message.whole_from, "CreditReport.whole_from"))
        }
    }
}

extension DeviceCredit {
    init(wire: Sluice__V1__DeviceCredit) throws(WireError) {
        self.init(
            device: DeviceID(rawValue: try decodeID(wire.device, "DeviceCredit.device")),
            epoch: Epoch(rawValue: try decodePositive(wire.epoch, "DeviceCredit.epoch")),
            capacity: Int(wire.capacity),
            consumed: try decodeCount(wire.consumed, "DeviceCredit.consumed"))
    }
}
