internal import SluiceCore

/// A request on its way to a gateway.
struct GatewayRequest {
    var life: Int
    var send: SendID
    var contact: Int
    var workspace: String
    var moves: Int32
    var attempt: Int32
    var device: Int
    var capKey: String
    var epoch: Epoch
    /// When its first byte was written, in nanoseconds, as everywhere here.
    var written: Int64
    /// When whoever wrote it gives up.
    var abandoned: Int64
    /// Until when the gateway may accept it.
    var latestAcceptance: Int64
}

/// One line of the gateway's log: a request that was fully received.
struct GatewayEntry: Hashable {
    var contact: Int
    var workspace: String
    var moves: Int32
    var attempt: Int32
    var device: Int
    var capKey: String
    var epoch: Epoch
    var arrived: Int64
    /// Nil: never accepted.
    var accepted: Int64?
    /// When nothing of it was open at the gateway any more.
    var ended: Int64
    /// The gateway said that it does not accept it.
    var isRefused: Bool
    /// The gateway knew the message's id, and delivered nothing.
    var isRepeat = false
}

/// The gateways of all hosts: they accept, refuse, fail after accepting, hang, and accept late. They keep the only log
/// that the checker believes.
struct SimulatedGateway {
    private enum Mood { case accepts, limits, offline, fails, hangs }

    private(set) var log: [GatewayEntry] = []
    /// Devices whose session is down, until then.
    private var offline: [Int64]

    /// How long a device stays offline, in nanoseconds.
    private let outage: Int64

    init(devices: Int, outage: Duration) {
        offline = Array(repeating: 0, count: devices)
        self.outage = outage.nanoseconds
    }

    func condition(of device: Int, at now: Int64) -> DeviceCondition {
        offline[device] > now ? .disconnected : .connected
    }

    /// A request arrives. Returns what its sender is answered and when; nil when it never is.
    mutating func take(
        _ request: GatewayRequest, at now: Int64, hazards: Hazards, using generator: inout SeededGenerator
    ) -> (time: Int64, outcome: Outcome)? {
        let soon = now + Int64.random(in: 1_000_000...250_000_000, using: &generator)
        let mood = mood(of: request.device, at: now, hazards: hazards, using: &generator)
        var entry = GatewayEntry(
            contact: request.contact, workspace: request.workspace, moves: request.moves, attempt: request.attempt,
            device: request.device,
            capKey: request.capKey, epoch: request.epoch, arrived: now, accepted: nil, ended: soon, isRefused: false)
        defer { log.append(entry) }
        switch mood {
        case .accepts where deduplicates(request.device) && hasAccepted(request):
            entry.isRepeat = true
            return (soon, .sent(providerID: nil))
        case .accepts:
            entry.accepted = min(soon, request.latestAcceptance)
            return (soon, .sent(providerID: nil))
        case .limits:
            entry.isRefused = true
            return (soon, Self.refused("http_429", .retry(notBefore: .seconds(1))))
        case .offline:
            entry.isRefused = true
            return (soon, Self.refused("offline", .device(.disconnected)))
        case .fails:
            entry.accepted = Self.doubtful(request, at: now, using: &generator)
            entry.ended = max(soon, entry.accepted ?? soon)
            return (soon, .unknown(code: "http_500", detail: ""))
        case .hangs:
            entry.accepted = Self.doubtful(request, at: now, using: &generator)
            entry.ended = max(request.abandoned, entry.accepted ?? now)
            return nil
        }
    }

    /// The gateways of one host drop a message whose id they have accepted before.
    private func deduplicates(_ device: Int) -> Bool { device % Hazards.hosts == 1 }

    private func hasAccepted(_ request: GatewayRequest) -> Bool {
        log.contains { $0.contact == request.contact && $0.moves == request.moves && $0.accepted != nil }
    }

    private mutating func mood(
        of device: Int, at now: Int64, hazards: Hazards, using generator: inout SeededGenerator
    ) -> Mood {
        let host = device % Hazards.hosts
        func happens(_ kind: Fault.Kind) -> Bool { hazards.happens(kind, to: host, using: &generator) }
        if happens(.hostHangs) { return .hangs }
        if happens(.hostErrors) { return .fails }
        if happens(.hostLimits) { return .limits }
        if happens(.deviceOffline) { offline[device] = now + outage }
        return offline[device] > now ? .offline : .accepts
    }

    /// When the gateway accepts what it gives no good answer to: at once, at any time, at the last moment, or never.
    private static func doubtful(
        _ request: GatewayRequest, at now: Int64, using generator: inout SeededGenerator
    ) -> Int64? {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: nil
        case 1: now
        case 2: request.latestAcceptance
        default: Int64.random(in: now...max(now, request.latestAcceptance), using: &generator)
        }
    }

    static func refused(_ code: String, _ disposition: Refusal.Disposition, isCharged: Bool = true) -> Outcome {
        .refused(Refusal(code: code, detail: "", isCharged: isCharged, disposition: disposition))
    }
}
