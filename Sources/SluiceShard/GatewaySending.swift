public import SluiceCore
public import SluiceGateways

/// What a shard needs of the gateways' client.
public protocol GatewaySending: Sendable {
    /// At most one request, never repeated, none after `latestStart`. Every doubt is ``Outcome/unknown(code:detail:)``.
    func attempt(_ reservation: Reservation, on device: DeviceProfile, latestStart: MonotonicTime) -> SendAttempt

    /// The device's state as its gateway tells it; nil when it does not.
    func condition(of device: DeviceProfile) async -> DeviceCondition?
}

extension GatewayClient: GatewaySending {}
