import ArgumentParser
import GatewaySimulator

/// What overrides the scenario file, or the defaults without one.
struct BehaviorOptions: ParsableArguments {
    @Option(name: .customLong("scenario"), help: "A scenario file (JSON); the options below override it.")
    var scenarioFile: String?
    @Option(help: "Seed of latencies and faults.")
    var seed: UInt64?
    @Option(help: "Latency profile: whatsapp, cloud or stress.")
    var profile: String?
    @Option(help: "Latency of every message: 0, 200ms, fixed:200ms, or 350ms/3s for median and 99th percentile.")
    var latency: String?
    @Option(help: "Latency of texts, in the same forms.")
    var textLatency: String?
    @Option(help: "Latency of images, in the same forms.")
    var imageLatency: String?
    @Option(name: .customLong("fault"), help: "NAME=RATE, such as accept-then-timeout=0.002; may be repeated.")
    var faults: [String] = []
    @Option(name: .customLong("device-fault"), help: "DEVICE:NAME=RATE; may be repeated.")
    var deviceFaults: [String] = []
    @Option(help: "Devices that are disconnected, as A,B,C or @FILE.")
    var offlineDevices: String?
    @Option(help: "Devices that are logged out.")
    var loggedOutDevices: String?
    @Option(help: "Devices that are banned.")
    var bannedDevices: String?
    @Option(help: "Seconds after receipt in which a message may be accepted without its client; 0 drops it at once.")
    var lateAccept: Double?
    @Option(help: "Seconds after which a request without an outcome is answered 504; 0 for never.")
    var gatewayTimeout: Double?
    @Option(help: "Seconds that a request without an answer is kept open.")
    var silence: Double?
    @Option(help: "Seconds that a slow drip takes.")
    var drip: Double?
    @Option(help: "Seconds that a 429 with Retry-After asks for.")
    var retryAfter: Int?

    func scenario() throws -> Scenario {
        var result = try scenarioFile.map { try Scenario(file: $0) } ?? Scenario()
        result.seed = seed ?? result.seed
        try setLatencies(&result)
        if !faults.isEmpty { result.faults = try FaultRates(arguments: faults) }
        try result.setDeviceFaults(arguments: deviceFaults)
        let states: [(DeviceState, String?)] = [
            (.disconnected, offlineDevices), (.loggedOut, loggedOutDevices), (.banned, bannedDevices),
        ]
        for case (let state, let list?) in states {
            result.setState(state, ofDevices: try SimulatorConfiguration.deviceList(argument: list))
        }
        result.lateAcceptSeconds = lateAccept ?? result.lateAcceptSeconds
        result.gatewayTimeoutSeconds = gatewayTimeout ?? result.gatewayTimeoutSeconds
        result.silenceSeconds = silence ?? result.silenceSeconds
        result.dripSeconds = drip ?? result.dripSeconds
        result.retryAfterSeconds = retryAfter ?? result.retryAfterSeconds
        return result
    }

    private func setLatencies(_ scenario: inout Scenario) throws {
        if let profile {
            guard let named = LatencyProfile.named[profile] else {
                throw ValidationError("unknown profile \(profile): there are whatsapp, cloud and stress")
            }
            scenario.latency = named
        }
        if let both = try parsed(latency) { scenario.latency = LatencyProfile(text: both, image: both) }
        scenario.latency.text = try parsed(textLatency) ?? scenario.latency.text
        scenario.latency.image = try parsed(imageLatency) ?? scenario.latency.image
    }

    private func parsed(_ argument: String?) throws -> Latency? {
        guard let argument else { return nil }
        guard let latency = Latency(argument: argument) else {
            throw ValidationError("a latency is 0, 200ms, 1.5s, fixed:200ms or 350ms/3s, not \(argument)")
        }
        return latency
    }
}
