internal import Foundation
internal import PostgresDriver
internal import RequestLog
internal import SluiceDev

extension Scenario {
    /// The private cluster that it asks for.
    func options(from base: DevOptions) -> DevOptions {
        var options = base
        options.shards = cluster.shards
        options.coordinators = cluster.coordinators
        options.devices = cluster.devices
        options.hasGap = cluster.hasGap
        options.apiPort = 0
        options.simulatorArguments = ["--latency", gateway.latency, "--late-accept", "\(gateway.lateAccept)"]
        for fault in gateway.faults { options.simulatorArguments += ["--fault", fault] }
        options.nodeEnvironment["SLUICE_HOUR_SECONDS"] = "\(Int(caps.hour))"
        options.nodeEnvironment["SLUICE_DAY_SECONDS"] = "\(Int(caps.day))"
        options.beforeNodes = { try await setUpDevices(on: $0) }
        return options
    }

    /// Before a node has read them: a cap that is changed later holds a second later, and a run may send until then.
    private func setUpDevices(on connection: PostgresConnection) async throws {
        try await connection.query(
            "UPDATE device_caps SET hourly_cap = $1, daily_cap = $2, concurrent_cap = $3",
            [caps.hourly, caps.daily, caps.concurrent].map { .int32(Int32($0)) }, deadline: .seconds(120))
        try await connection.query(
            "UPDATE gateways SET http_timeout_ms = $1, accepts_late_ms = $2",
            [gateway.timeout, gateway.lateAccept].map { .int32(Int32($0 * 1_000)) })
    }

    /// Coordinators, shards and the API.
    var nodes: Int { cluster.coordinators + cluster.shards + 1 }

    /// What every device is judged by.
    var capRules: CapRules {
        CapRules(
            windows: [
                CapRules.Window(seconds: caps.hour, cap: caps.hourly),
                CapRules.Window(seconds: caps.day, cap: caps.daily),
            ], concurrency: caps.concurrent)
    }

    /// What begins, for the person who watches.
    var plainWords: String {
        var parts: [String] = []
        if dueAtStart > 0 { parts.append("\(dueAtStart) contacts due on \(backlogDevices) devices") }
        if triggers.rate > 0 { parts.append("\(triggers.rate) triggers/s on \(triggers.devices) devices") }
        return parts.joined(separator: " and ") + ", regime \(regime.rawValue)" + (isCompressed ? ", compressed" : "")
    }

    /// How far it is: what was sent, how fast, and how long it may still take.
    func progress(_ sample: Sample, _ before: Sample?) -> String {
        let seconds = Int(sample.seconds)
        guard let gateway = sample.gateway else { return "\(seconds) s: the gateway simulator does not answer" }
        var rate = 0.0
        if let before, let earlier = before.gateway, sample.seconds > before.seconds {
            rate = Double(gateway.accepted - earlier.accepted) / (sample.seconds - before.seconds)
        }
        var left = duration - sample.seconds
        if triggers.rate == 0, rate > 0 { left = min(left, Double(dueAtStart - gateway.accepted) / rate) }
        let of = triggers.rate == 0 ? " of \(dueAtStart)" : ""
        return
            "\(seconds) s: \(gateway.accepted)\(of) sent, \(Int(rate))/s, at most \(Int(max(0, left).rounded(.up))) s left"
    }
}
