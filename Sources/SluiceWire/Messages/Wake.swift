internal import CSluiceProto
public import SluiceCore

/// A producer's hint to the leader, published after its transaction committed. A lost one is repaired by the leader's
/// own slow looks.
public struct Wake: Hashable, Sendable, WireMessage {
    public enum Reason: Hashable, Sendable, CaseIterable {
        /// The lanes named have contacts due.
        case lanes
        /// The intake tables have rows.
        case intake
        /// A pause, a sequence, a device or a cap changed.
        case control
    }

    public var reason: Reason
    public var lanes: [LaneDue]

    public init(reason: Reason, lanes: [LaneDue] = []) {
        self.reason = reason
        self.lanes = lanes
    }

    public func encoded() -> [UInt8] {
        Sluice__V1__Wake.packed { message, arena in
            message.reason = reason.wire
            message.n_lanes = lanes.count
            message.lanes = arena.lanes(lanes)
        }
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__Wake.unpacked(bytes) { (message) throws(WireError) in
            Wake(
                reason: try Reason(wire: message.reason),
                lanes: try decodeList(message.lanes, count: message.n_lanes, "Wake.lanes") {
                    (lane) throws(WireError) in try LaneDue(wire: lane.pointee)
                })
        }
    }
}

extension Wake.Reason {
    fileprivate var wire: Sluice__V1__WakeReason {
        switch self {
        case .lanes: SLUICE__V1__WAKE_REASON__WAKE_REASON_LANES
        case .intake: SLUICE__V1__WAKE_REASON__WAKE_REASON_INTAKE
        case .control: SLUICE__V1__WAKE_REASON__WAKE_REASON_CONTROL
        }
    }

    fileprivate init(wire: Sluice__V1__WakeReason) throws(WireError) {
        switch wire {
        case SLUICE__V1__WAKE_REASON__WAKE_REASON_LANES: self = .lanes
        case SLUICE__V1__WAKE_REASON__WAKE_REASON_INTAKE: self = .intake
        case SLUICE__V1__WAKE_REASON__WAKE_REASON_CONTROL: self = .control
        case SLUICE__V1__WAKE_REASON__WAKE_REASON_UNSPECIFIED: throw .missing(field: "Wake.reason")
        default: throw .unknownValue(field: "Wake.reason", value: wire.rawValue)
        }
    }
}
