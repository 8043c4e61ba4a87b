internal import CSluiceProto
internal import SluiceCore

extension DeviceState: WireMessage {
    public func encoded() -> [UInt8] {
        Sluice__V1__DeviceState.packed { message, arena in
            message.device = arena.id(device.rawValue)
            message.ready = isReady ? 1 : 0
            message.condition = condition.wire
            if case .banned(let until?) = condition { message.banned_until_us = until.microseconds }
            message.paused = isPaused ? 1 : 0
            message.capacity = capacity
            message.n_windows = windows.count
            message.windows = arena.messages(windows) { message, window, _ in
                message.length_s = UInt32(clamping: window.length.components.seconds)
                message.limit = window.limit
                message.used = window.used
                message.next_free_at_us = window.nextFreeAt?.microseconds ?? 0
            }
            message.open = open
            message.concurrency = concurrency
            message.gap_until_us = gapUntil?.microseconds ?? 0
            message.queued_claims = queuedClaims
            message.breaker_open = isBreakerOpen ? 1 : 0
        }
    }

    public init(decoding bytes: [UInt8]) throws(WireError) {
        self = try Sluice__V1__DeviceState.unpacked(bytes) { (message) throws(WireError) in
            var state = DeviceState(
                device: DeviceID(rawValue: try decodeID(message.device, "DeviceState.device")),
                condition: try DeviceCondition(
                    wire: message.condition, bannedUntil: DatabaseTime(zeroIsNil: message.banned_until_us)))
            state.isReady = message.ready != 0
            state.isPaused = message.paused != 0
            state.capacity = message.capacity
            state.windows = try decodeList(message.windows, count: message.n_windows, "DeviceState.windows") {
                (window) throws(WireError) in try Window(wire: window.pointee)
            }
            state.open = message.open
            state.concurrency = message.concurrency
            state.gapUntil = DatabaseTime(zeroIsNil: message.gap_until_us)
            state.queuedClaims = message.queued_claims
            state.isBreakerOpen = message.breaker_open != 0
            return state
        }
    }
}

extension DeviceState.Window {
    fileprivate init(wire: Sluice__V1__CapWindow) throws(WireError) {
        guard wire.length_s > 0 else { throw .missing(field: "CapWindow.length_s") }
        self.init(
            length: .seconds(Int64(wire.length_s)), limit: wire.limit, used: wire.used,
            nextFreeAt: DatabaseTime(zeroIsNil: wire.next_free_at_us))
    }
}

extension DeviceCondition {
    fileprivate var wire: Sluice__V1__DeviceCondition {
        switch self {
        case .connected: SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_CONNECTED
        case .disconnected: SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_DISCONNECTED
        case .loggedOut: SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_LOGGED_OUT
        case .notFound: SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_NOT_FOUND
        case .credentialsRefused: SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_CREDENTIALS_REFUSED
        case .banned: SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_BANNED
        }
    }

    fileprivate init(wire: Sluice__V1__DeviceCondition, bannedUntil: DatabaseTime?) throws(WireError) {
        switch wire {
        case SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_CONNECTED: self = .connected
        case SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_DISCONNECTED: self = .disconnected
        case SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_LOGGED_OUT: self = .loggedOut
        case SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_NOT_FOUND: self = .notFound
        case SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_CREDENTIALS_REFUSED: self = .credentialsRefused
        case SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_BANNED: self = .banned(until: bannedUntil)
        case SLUICE__V1__DEVICE_CONDITION__DEVICE_CONDITION_UNSPECIFIED:
            throw .missing(field: "DeviceState.condition")
        default: throw .unknownValue(field: "DeviceState.condition", value: wire.rawValue)
        }
    }
}

extension DatabaseTime {
    fileprivate init?(zeroIsNil microseconds: Int64) {
        guard microseconds != 0 else { return nil }
        self.init(microseconds: microseconds)
    }
}
