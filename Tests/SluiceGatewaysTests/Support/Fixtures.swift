import FoundationEssentials
import Glibc
import SluiceCore

@testable import SluiceGateways

/// The host's monotonic clock.
@Sendable func monotonicNow() -> MonotonicTime {
    var reading = timespec()
    clock_gettime(CLOCK_MONOTONIC, &reading)
    return MonotonicTime(nanoseconds: Int64(reading.tv_sec) * 1_000_000_000 + Int64(reading.tv_nsec))
}

/// What must never appear in a code, a detail or an error.
let secretRecipient = "60123456789"
let secretText = "Hello Aisyah, your code is 4711"
let secretPassword = "correct horse"

func makeDevice(
    _ dialect: String, baseURL: String = "http://127.0.0.1:1", credentials: [String: String] = [:],
    httpTimeout: Duration = .seconds(5), gatewayDevice: String = "session-7"
) -> DeviceProfile {
    DeviceProfile(
        id: DeviceID(rawValue: UUID(uuidString: "00000000-0000-4000-8000-00000000000D")!), name: "Front desk",
        workspace: "main", capKey: "60199999999", slot: HashSlot(rawValue: 7)!, caps: Caps(windows: [], concurrency: 3),
        gap: .zero ... .zero,
        gateway: GatewayProfile(
            dialect: dialect, baseURL: baseURL, credentials: credentials, httpTimeout: httpTimeout,
            acceptsLateFor: .seconds(75)),
        gatewayDevice: gatewayDevice, condition: .connected, isPaused: false, historyFrom: nil)
}

func makeReservation(
    contact: UUID = UUID(uuidString: "00000000-0000-4000-8000-00000000000A")!,
    content: MessageContent = MessageContent(kind: .text, text: secretText, mediaURL: nil),
    recipient: String = secretRecipient
) -> Reservation {
    let contact = ContactID(rawValue: contact)
    let claim = Claim(
        contact: contact, device: DeviceID(rawValue: UUID(uuidString: "00000000-0000-4000-8000-00000000000D")!),
        lane: LaneID(rawValue: 1), priorityClass: PriorityClass(priority: 1), slot: HashSlot(rawValue: 7)!,
        epoch: Epoch(rawValue: 42), batch: BatchID(term: Term(rawValue: 3), ordinal: 9))
    return Reservation(
        claim: claim, message: MessageID(contact: contact, generation: 2, moves: 1), attempt: 3, day: 20_000,
        recipient: recipient, recipientName: "Aisyah", content: content, campaign: "Welcome", gap: nil)
}

func answer(_ status: Int, _ body: String = "", headers: [HeaderField] = []) -> HTTPAnswer {
    HTTPAnswer(status: status, headers: headers, body: Array(body.utf8))
}

extension Outcome {
    /// The class and the code, for short expectations.
    var summary: String {
        switch self {
        case .sent(let id): "sent \(id ?? "-")"
        case .refused(let refusal):
            "refused \(refusal.code) \(refusal.isCharged ? "charged" : "free") \(refusal.disposition.word)"
        case .unknown(let code, _): "unknown \(code)"
        case .aborted(let code): "aborted \(code)"
        }
    }

    /// Everything a log could show of it.
    var allText: String { "\(self)" }
}

extension Refusal.Disposition {
    fileprivate var word: String {
        switch self {
        case .retry(let wait): wait.map { "retry after \($0.components.seconds)s" } ?? "retry"
        case .permanent: "permanent"
        case .permanentIfRepeated: "permanent if repeated"
        case .device(let condition): "device \(condition.name)"
        }
    }
}
