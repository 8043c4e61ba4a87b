public import FoundationEssentials
internal import Glibc
public import SluiceCore

// A device and a message to send through it: what a gateway's client needs of the rest of Sluice.

/// The host's monotonic clock, the same for all processes of the host.
@Sendable public func monotonicNow() -> MonotonicTime {
    var reading = timespec()
    clock_gettime(CLOCK_MONOTONIC, &reading)
    return MonotonicTime(nanoseconds: Int64(reading.tv_sec) * 1_000_000_000 + Int64(reading.tv_nsec))
}

// What must never appear in a code, a detail or an error.
public let secretRecipient = "60123456789"
public let secretText = "Hello Aisyah, your code is 4711"
public let secretPassword = "correct horse"

private let deviceID = DeviceID(rawValue: UUID(uuidString: "00000000-0000-4000-8000-00000000000D")!)

public func makeDevice(
    _ dialect: String, baseURL: String = "http://127.0.0.1:1", credentials: [String: String] = [:],
    httpTimeout: Duration = .seconds(5), gatewayDevice: String = "session-7"
) -> DeviceProfile {
    DeviceProfile(
        id: deviceID, name: "Front desk", workspace: "main", capKey: "60199999999", slot: HashSlot(rawValue: 7)!,
        caps: Caps(windows: [], concurrency: 3), gap: .zero ... .zero,
        gateway: GatewayProfile(
            dialect: dialect, baseURL: baseURL, credentials: credentials, httpTimeout: httpTimeout,
            acceptsLateFor: .seconds(75)),
        gatewayDevice: gatewayDevice, condition: .connected, isPaused: false, historyFrom: nil)
}

public func makeReservation(
    contact: UUID = UUID(uuidString: "00000000-0000-4000-8000-00000000000A")!,
    content: MessageContent = MessageContent(kind: .text, text: secretText, mediaURL: nil),
    recipient: String = secretRecipient
) -> Reservation {
    let contact = ContactID(rawValue: contact)
    let claim = Claim(
        contact: contact, device: deviceID, lane: LaneID(rawValue: 1), priorityClass: PriorityClass(priority: 1),
        slot: HashSlot(rawValue: 7)!, epoch: Epoch(rawValue: 42), batch: BatchID(term: Term(rawValue: 3), ordinal: 9))
    return Reservation(
        claim: claim, message: MessageID(contact: contact, generation: 2, moves: 1), attempt: 3, day: 20_000,
        recipient: recipient, recipientName: "Aisyah", content: content, campaign: "Welcome", gap: nil)
}

/// The contact of a test's `number`th message.
public func makeContact(_ number: Int) -> UUID {
    let digits = String(number)
    return UUID(uuidString: "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits)!
}

extension Outcome {
    /// The class and the code, for short expectations.
    public var summary: String {
        switch self {
        case .sent(let id): "sent \(id ?? "-")"
        case .refused(let refusal):
            "refused \(refusal.code) \(refusal.isCharged ? "charged" : "free") \(refusal.disposition.word)"
        case .unknown(let code, _): "unknown \(code)"
        case .aborted(let code): "aborted \(code)"
        }
    }
}

extension Refusal.Disposition {
    fileprivate var word: String {
        switch self {
        case .retry(let wait): wait.map { "retry after \($0.components.seconds)s" } ?? "retry"
        case .permanent: "permanent"
        case .optedOut: "opted out"
        case .permanentIfRepeated: "permanent if repeated"
        case .device(let condition): "device \(condition.name)"
        }
    }
}
