internal import FoundationEssentials
public import SluiceCore
public import SluiceGateways

/// Plays a rehearsal: sends its messages when their time has come on a clock that runs faster, to the gateway simulator
/// and to nothing else. No row is read or written.
public struct RehearsalPlayer: Sendable {
    /// How many times faster than the clock on the wall.
    public static let speeds = 1.0...1_000_000.0
    /// Requests open at once.
    private static let mostOpen = 10

    private let gateways: GatewayClient
    private let now: @Sendable () -> MonotonicTime
    private let speed: Double

    /// - Parameters:
    ///   - gateways: shared with nobody who sends in earnest.
    ///   - now: the clock that `gateways` goes by.
    public init(
        gateways: GatewayClient, speed: Double, now: @escaping @Sendable () -> MonotonicTime
    ) throws(OperationsError) {
        guard Self.speeds.contains(speed) else {
            throw .invalid(field: "speed", message: "must be from 1 to 1000000")
        }
        self.gateways = gateways
        self.speed = speed
        self.now = now
    }

    /// Makes sure that every address that would be sent to is a simulator's.
    /// - Throws: ``OperationsError`` naming the gateway that is none.
    public func requireSimulators(_ rehearsal: EventRehearsal) async throws(OperationsError) {
        let routes = Set(rehearsal.messages.compactMap { $0.start == nil ? nil : $0.route })
        let addresses = Dictionary(routes.map { ($0.baseURL, $0.gateway) }) { first, _ in first }
        for (address, gateway) in addresses.sorted(by: { $0.key < $1.key }) {
            guard await gateways.isSimulator(at: address) else {
                throw .refused(
                    code: "not_a_simulator",
                    message:
                        "the gateway \"\(gateway)\" is not the gateway simulator: a rehearsal is sent to nothing else. "
                        + "Name one with --gateway, or look without sending with --look")
            }
        }
    }

    /// Sends what would go, in order. Call ``requireSimulators(_:)`` first.
    /// - Parameter told: is given each message when it has been answered, several at a time.
    public func play(
        _ rehearsal: EventRehearsal, told: @escaping @Sendable (RehearsedMessage, Outcome) async -> Void
    ) async {
        let going = rehearsal.messages.filter { $0.start != nil && $0.route != nil }
        guard let first = going.first?.start else { return }
        let began = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for (number, message) in going.enumerated() {
                if number >= Self.mostOpen { await group.next() }
                let offset = (message.start ?? first).timeIntervalSince(first) / speed
                // Cancelled, nothing more is sent.
                guard (try? await Task.sleep(until: began + .seconds(offset), clock: .continuous)) != nil else { break }
                group.addTask { await told(message, await send(message)) }
            }
        }
    }

    private func send(_ message: RehearsedMessage) async -> Outcome {
        guard let route = message.route, let to = message.to, let slot = HashSlot(rawValue: 0) else {
            return .aborted(code: "not_rehearsed")
        }
        let contact = ContactID(rawValue: UUID())
        let device = DeviceID(rawValue: UUID())
        let claim = Claim(
            contact: contact, device: device, lane: LaneID(rawValue: 0), priorityClass: PriorityClass(priority: 1),
            slot: slot, epoch: Epoch(rawValue: 0), batch: BatchID(term: Term(rawValue: 0), ordinal: 0))
        let reservation = Reservation(
            claim: claim, message: MessageID(contact: contact, generation: 1, moves: 0), attempt: 1, day: 0,
            recipient: to, recipientName: "",
            content: MessageContent(kind: .text, text: message.text ?? "", mediaURL: nil), channel: "sms",
            campaign: "rehearsal", gap: nil)
        let profile = DeviceProfile(
            id: device, name: message.device ?? "", workspace: "rehearsal", capKey: "", slot: slot,
            caps: Caps(windows: [], concurrency: Self.mostOpen), gap: .zero ... .zero,
            gateway: GatewayProfile(
                dialect: route.dialect, baseURL: route.baseURL, credentials: Self.credentials,
                httpTimeout: .seconds(10), acceptsLateFor: .zero),
            gatewayDevice: route.gatewayDevice, condition: .connected, isPaused: false, historyFrom: nil)
        return await gateways.send(reservation, on: profile, latestStart: now() + .seconds(1))
    }

    /// None of anybody's: a simulator takes any.
    private static let credentials = ["account_sid": "AC-rehearsal", "auth_token": "rehearsal"]
}
