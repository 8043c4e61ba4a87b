internal import CSluiceProto
public import SluiceCore

/// Asks every node for its ``NodeStatus``. Empty today; an unknown field of a newer build is ignored.
public struct StatusRequest: Hashable, Sendable, WireMessage {
    public init() {}

    public func encoded() -> [UInt8] { Sluice__V1__StatusRequest.packed { _, _ in } }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__StatusRequest.unpacked(bytes) { _ in StatusRequest() }
    }
}

/// Asks the owner of a device for its ``DeviceState``. Nodes that do not own it stay silent.
public struct DeviceStateRequest: Hashable, Sendable, WireMessage {
    public var device: DeviceID

    public init(device: DeviceID) { self.device = device }

    public func encoded() -> [UInt8] {
        Sluice__V1__DeviceStateRequest.packed { message, arena in
            message.device = arena.id(device.rawValue)
        }
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__DeviceStateRequest.unpacked(bytes) { (message) throws(WireError) in
            DeviceStateRequest(
                device: DeviceID(rawValue: try decodeID(message.device, "DeviceStateRequest.device")))
        }
    }
}
