/// What a gateway knows of a device's link.
public enum DeviceState: String, Sendable, Codable, CaseIterable {
    case connected
    /// Logged in, but without a connection just now.
    case disconnected
    /// Must be paired again.
    case loggedOut = "logged_out"
    /// Shut out by the provider; on the wire like `loggedOut`.
    case banned
}

/// What holds for one device instead of the standard.
public struct DeviceRules: Sendable, Equatable, Codable {
    public var state: DeviceState?
    /// How long `state` lasts from the start; nil for ever.
    public var forSeconds: Double?
    /// Faults of this device instead of the general rates.
    public var faults: FaultRates?

    public init(state: DeviceState? = nil, forSeconds: Double? = nil, faults: FaultRates? = nil) {
        self.state = state
        self.forSeconds = forSeconds
        self.faults = faults
    }
}

/// The devices of the gateway. Without a list of known devices every name is a connected device.
struct DeviceRegistry {
    private struct Entry {
        var state: DeviceState
        var until: Int64?
        var faults: FaultRates?
    }

    /// Only devices that differ from a connected one without faults of its own.
    private var entries: [String: Entry] = [:]
    private let known: Set<String>?

    init(known: [String]?, rules: [String: DeviceRules], now: Int64) {
        self.known = known.map { Set($0).union(rules.keys) }
        for (device, rule) in rules {
            entries[device] = Entry(
                state: rule.state ?? .connected, until: Self.end(now, rule.forSeconds), faults: rule.faults)
        }
    }

    func isKnown(_ device: String) -> Bool { known?.contains(device) ?? true }

    func state(of device: String, now: Int64) -> DeviceState {
        guard let entry = entries[device] else { return .connected }
        if let until = entry.until, now >= until { return .connected }
        return entry.state
    }

    func faults(of device: String) -> FaultRates? { entries[device]?.faults }

    mutating func set(_ device: String, to state: DeviceState, forSeconds: Double?, now: Int64) {
        let faults = entries[device]?.faults
        if state == .connected, faults == nil {
            entries[device] = nil
        } else {
            entries[device] = Entry(state: state, until: Self.end(now, forSeconds), faults: faults)
        }
    }

    /// Devices that are not connected, by state; for the statistics.
    func counts(now: Int64) -> [DeviceState: Int] {
        var counts: [DeviceState: Int] = [:]
        for device in entries.keys {
            let state = state(of: device, now: now)
            if state != .connected { counts[state, default: 0] += 1 }
        }
        return counts
    }

    private static func end(_ now: Int64, _ seconds: Double?) -> Int64? {
        seconds.map { now + Int64(min($0, 1e9) * 1e9) }
    }
}
