internal import NIOCore
internal import RequestLog

/// The gateway itself: takes messages, passes them through their devices' lanes, concludes each exactly once and logs
/// both ends. Confined to one event loop, so it needs no lock and its log is in the order of what happened.
final class Gateway {
    /// Whether the host as a whole is there.
    enum HostMode: String, Codable {
        case up
        /// Every message request ends in a reset before it is read.
        case reset
        /// Message requests are left without any reaction.
        case hang
    }

    let configuration: SimulatorConfiguration
    let loop: any EventLoop
    var scenario: Scenario
    var devices: DeviceRegistry
    var statistics: Statistics
    var connections: [UInt64: ConnectionHandler] = [:]
    var hostMode = HostMode.up
    var hostModeEnd: Int64?
    /// The `Authorization` header that webhook requests must carry; nil when any will do.
    var webhookAuthorization: String?
    var held: [Exchange]?
    var open: [UInt64: Exchange] = [:]
    var lanes: [String: DeviceLane] = [:]
    var acceptedKeys: AcceptedKeys
    let log: LogWriter
    let callback: Callback
    var clock: LogClock
    private var lastSequence: UInt64
    private var lastConnection: UInt64 = 0

    init(configuration: SimulatorConfiguration, recovery: LogRecovery, log: LogWriter, loop: any EventLoop) {
        self.configuration = configuration
        self.loop = loop
        self.log = log
        callback = Callback(loop: loop)
        scenario = configuration.scenario
        clock = LogClock(after: recovery.lastNanoseconds)
        statistics = Statistics(seed: scenario.seed)
        devices = DeviceRegistry(known: configuration.knownDevices, rules: scenario.devices, now: clock.now())
        acceptedKeys = recovery.acceptedKeys
        lastSequence = recovery.lastSequence
        for sequence in recovery.unfinished {
            let outcome = RequestOutcome(
                sequence: sequence, nanoseconds: clock.now(), verdict: .dropped, answered: false,
                code: RequestLogFormat.processDied)
            log.append(.response(outcome))
        }
    }

    /// Counts a new connection in; nil when there are as many as allowed.
    func admit(_ connection: ConnectionHandler) -> UInt64? {
        guard connections.count < configuration.limits.connections else { return nil }
        lastConnection += 1
        connections[lastConnection] = connection
        return lastConnection
    }

    /// Takes a message request that has been read completely.
    func receive(_ message: IncomingMessage, bodySHA: String, from connection: ConnectionHandler) -> Exchange {
        let now = clock.now()
        lastSequence += 1
        log.append(
            .request(
                ReceivedRequest(
                    sequence: lastSequence, nanoseconds: now, device: message.device, recipient: message.recipient,
                    key: message.key, attempt: message.attempt, epoch: message.epoch, bodySHA: bodySHA,
                    connection: connection.number, dialect: message.dialect.rawValue, kind: message.kind.rawValue)))
        statistics.received(at: now)
        let exchange = Exchange(sequence: lastSequence, received: now, message: message, connection: connection)
        let isFull = open.count >= configuration.limits.openRequests
        open[lastSequence] = exchange
        if let defect = message.defect {
            conclude(exchange, with: defect)
        } else if isFull {
            conclude(exchange, with: .overloaded)
        } else if let reason = deviceDefect(exchange, now) {
            conclude(exchange, with: reason)
        } else {
            draw(exchange)
            enqueue(exchange)
        }
        return exchange
    }

    /// The client of an open exchange hung up. Its message may still go out, as with a real gateway.
    func clientGone(_ exchange: Exchange) {
        exchange.connection = nil
        switch exchange.stage {
        case .silent(let ending, _): conclude(exchange, ending)
        case .waiting, .working, .held:
            if scenario.lateAcceptSeconds == 0 { drop(exchange, code: "CLIENT_GONE") }
        case .concluded: break
        }
    }

    /// Why the device cannot take the message now; nil when it can.
    func deviceDefect(_ exchange: Exchange, _ now: Int64) -> Reason? {
        guard let device = exchange.message.device else { return nil }
        guard devices.isKnown(device) else { return .deviceNotFound }
        return switch devices.state(of: device, now: now) {
        case .connected: nil
        case .disconnected: .disconnected
        case .loggedOut, .banned: .loggedOut
        }
    }

    /// Draws latency and fault of a message, from its identity and the seed.
    private func draw(_ exchange: Exchange) {
        let message = exchange.message
        var random = RandomSource(
            seed: scenario.seed, message: message.key ?? "seq \(exchange.sequence)", attempt: message.attempt ?? 0)
        exchange.latency = scenario.latency.latency(of: message.kind).nanoseconds(&random)
        let rates = message.device.flatMap { devices.faults(of: $0) } ?? scenario.faults
        let drawn = rates.draw(&random)
        switch SandboxRecipients.outcome(of: message.recipient ?? "") {
        case .accepted, .reply, .delivery: exchange.fault = nil
        case .fault(let fault): exchange.fault = fault
        case nil: exchange.fault = drawn
        }
    }
}
