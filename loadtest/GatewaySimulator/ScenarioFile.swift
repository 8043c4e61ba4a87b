internal import FoundationEssentials

extension Scenario: Codable {
    private enum Keys: String, CodingKey, CaseIterable {
        case seed, profile, latency, faults, devices, lateAcceptSeconds, gatewayTimeoutSeconds, silenceSeconds
        case dripSeconds, retryAfterSeconds
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads a scenario file. A missing field keeps its default; an unknown one is an error, because a misspelled fault
    /// would make a test pass that tested nothing.
    public init(from decoder: any Decoder) throws {
        self.init()
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where Keys(rawValue: key.stringValue) == nil {
            throw ConfigurationError("unknown scenario field \(key.stringValue)")
        }
        let values = try decoder.container(keyedBy: Keys.self)
        if let name = try values.decodeIfPresent(String.self, forKey: .profile) {
            guard let profile = LatencyProfile.named[name] else {
                throw ConfigurationError("unknown latency profile \(name)")
            }
            latency = profile
        }
        latency = try values.decodeIfPresent(LatencyProfile.self, forKey: .latency) ?? latency
        seed = try values.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
        faults = try values.decodeIfPresent(FaultRates.self, forKey: .faults) ?? faults
        devices = try values.decodeIfPresent([String: DeviceRules].self, forKey: .devices) ?? devices
        lateAcceptSeconds = try values.decodeIfPresent(Double.self, forKey: .lateAcceptSeconds) ?? lateAcceptSeconds
        gatewayTimeoutSeconds =
            try values.decodeIfPresent(Double.self, forKey: .gatewayTimeoutSeconds) ?? gatewayTimeoutSeconds
        silenceSeconds = try values.decodeIfPresent(Double.self, forKey: .silenceSeconds) ?? silenceSeconds
        dripSeconds = try values.decodeIfPresent(Double.self, forKey: .dripSeconds) ?? dripSeconds
        retryAfterSeconds = try values.decodeIfPresent(Int.self, forKey: .retryAfterSeconds) ?? retryAfterSeconds
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Keys.self)
        try values.encode(seed, forKey: .seed)
        try values.encode(latency, forKey: .latency)
        try values.encode(faults, forKey: .faults)
        try values.encode(devices, forKey: .devices)
        try values.encode(lateAcceptSeconds, forKey: .lateAcceptSeconds)
        try values.encode(gatewayTimeoutSeconds, forKey: .gatewayTimeoutSeconds)
        try values.encode(silenceSeconds, forKey: .silenceSeconds)
        try values.encode(dripSeconds, forKey: .dripSeconds)
        try values.encode(retryAfterSeconds, forKey: .retryAfterSeconds)
    }

    /// Reads a scenario file.
    ///
    /// - Throws: `ConfigurationError` when the file is missing, is no JSON or has a field that cannot be used.
    public init(file path: String) throws(ConfigurationError) {
        do {
            self = try JSONDecoder().decode(Scenario.self, from: try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ConfigurationError("scenario \(path): \(error)")
        }
        try validate()
    }
}
