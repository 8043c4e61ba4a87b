/// Everything that a simulator is started with.
public struct SimulatorConfiguration: Sendable, Equatable {
    public var host = "127.0.0.1"
    /// 0 lets the system choose.
    public var port = 0
    /// The request log; appended to when it exists.
    public var logPath: String
    /// Whether an answer waits until its log lines are on disk, not only written.
    public var syncsLog = true
    /// Prefix of GOWA's paths, such as `/gowa`; empty for none.
    public var basePath = ""
    /// Paths that speak the webhook dialect.
    public var webhookPaths = ["/webhook"]
    /// `user:password` that GOWA's paths demand; nil for none.
    public var basicAuth: String?
    /// A file to write the chosen port to once the simulator listens; nil for none.
    public var portFile: String?
    /// Devices that exist; nil for any.
    public var knownDevices: [String]?
    public var scenario = Scenario()
    public var limits = SimulatorLimits()

    public init(logPath: String) { self.logPath = logPath }

    /// - Throws: `ConfigurationError` with a sentence for the person who started the simulator.
    public func validate() throws(ConfigurationError) {
        guard (0...65_535).contains(port) else { throw ConfigurationError("port \(port) is not between 0 and 65535") }
        guard basePath.isEmpty || (basePath.hasPrefix("/") && !basePath.hasSuffix("/")) else {
            throw ConfigurationError("the base path must start with / and not end with it")
        }
        for path in webhookPaths where !path.hasPrefix("/") || path.hasPrefix("/_sim") {
            throw ConfigurationError("the webhook path \(path) must start with / and not with /_sim")
        }
        if let basicAuth, !basicAuth.contains(":") { throw ConfigurationError("basic auth must be user:password") }
        try scenario.validate()
        try limits.validate()
    }
}

/// How the gateway behaves: what a scenario file holds. Every field has a default.
public struct Scenario: Sendable, Equatable {
    /// Same seed, same messages: same latencies and faults.
    public var seed: UInt64 = 1
    public var latency = LatencyProfile.whatsapp
    public var faults = FaultRates.none
    public var devices: [String: DeviceRules] = [:]
    /// How long after receipt a message may still be accepted, with or without its client (A_max). Zero drops a message
    /// as soon as its client hangs up.
    public var lateAcceptSeconds = 75.0
    /// A request that has no outcome after this time is answered 504; 0 for never.
    public var gatewayTimeoutSeconds = 45.0
    /// How long a request that gets no answer is kept open before its connection is reset.
    public var silenceSeconds = 120.0
    /// How long a slow drip takes from the first byte to the last.
    public var dripSeconds = 5.0
    /// What a 429 with Retry-After asks for.
    public var retryAfterSeconds = 2

    public init() {}

    func validate() throws(ConfigurationError) {
        let times = [
            ("lateAcceptSeconds", lateAcceptSeconds), ("gatewayTimeoutSeconds", gatewayTimeoutSeconds),
            ("silenceSeconds", silenceSeconds), ("dripSeconds", dripSeconds),
            ("retryAfterSeconds", Double(retryAfterSeconds)),
        ]
        for (name, seconds) in times where !(0...86_400).contains(seconds) {
            throw ConfigurationError("\(name) must be between 0 and 86400, not \(seconds)")
        }
    }
}

/// Bounds on what one simulator holds.
public struct SimulatorLimits: Sendable, Equatable {
    /// Connections beyond this are closed at once.
    public var connections = 20_000
    /// Message requests beyond this are refused as overload.
    public var openRequests = 100_000
    /// A larger body is answered 413 and is not logged.
    public var bodyBytes = 16 * 1_024 * 1_024
    /// Webhook keys remembered as accepted; the oldest is forgotten first.
    public var rememberedKeys = 1_000_000

    public init() {}

    func validate() throws(ConfigurationError) {
        for limit in [connections, openRequests, bodyBytes, rememberedKeys] where limit < 1 {
            throw ConfigurationError("every limit must be at least 1, not \(limit)")
        }
    }
}

/// A setting that cannot be used, in a sentence.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
