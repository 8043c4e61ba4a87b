import SluiceOperations

/// What GOWA (go-whatsapp-web-multidevice, v8 and v9) posts. Of its events two are read: a text message in a chat between
/// two people, which the other one wrote, and that messages were delivered. What is said to a group is not said to us.
struct GOWAEvent: Decodable, Sendable {
    var inbound: InboundMessage?
    var receipt: DeliveryReceipt?

    private enum CodingKeys: String, CodingKey {
        case event, payload
        case device = "device_id"
        case session = "session_id"
    }

    private struct Message: Decodable {
        var id: String?
        var chat: String?
        var from: String?
        var isOwn: Bool?
        var body: String?

        private enum CodingKeys: String, CodingKey {
            case id, from, body
            case chat = "chat_id"
            case isOwn = "is_from_me"
        }
    }

    private struct Acknowledgment: Decodable {
        /// Somebody who read or played a message has got it.
        private static let arrivals: Set<String> = ["delivered", "read", "played"]

        var ids: [String]?
        var chat: String?
        var from: String?
        var kind: String?

        private enum CodingKeys: String, CodingKey {
            case ids, from
            case chat = "chat_id"
            case kind = "receipt_type"
        }

        /// Nil for other kinds, and for people who are known by an opaque id alone.
        var receipt: DeliveryReceipt? {
            guard let ids, let kind, Self.arrivals.contains(kind),
                let phone = [chat, from].lazy.compactMap({ $0.flatMap { WhatsAppAddress($0).phone } }).first
            else { return nil }
            return DeliveryReceipt(.messages(ids, recipient: phone), .delivered)
        }
    }

    init(from decoder: any Decoder) throws {
        let event = try decoder.container(keyedBy: CodingKeys.self)
        switch try event.decode(String.self, forKey: .event) {
        case "message": inbound = try Self.message(event)
        case "message.ack": receipt = try event.decode(Acknowledgment.self, forKey: .payload).receipt
        default: break
        }
    }

    private static func message(_ event: KeyedDecodingContainer<CodingKeys>) throws -> InboundMessage? {
        let message = try event.decode(Message.self, forKey: .payload)
        let chat = message.chat.map(WhatsAppAddress.init)
        guard let text = message.body, message.isOwn != true, chat?.isPerson != false else { return nil }
        // The JID of the device, or its name in versions that have no other.
        let device = try event.decodeIfPresent(String.self, forKey: .device)
        let session = try event.decodeIfPresent(String.self, forKey: .session)
        // Who is known by an opaque id alone may still be known by number as the other side of the chat.
        let sender = message.from.map(WhatsAppAddress.init)?.phone ?? chat?.phone
        return InboundMessage(
            id: message.id, sender: sender, deviceNames: [session, device].compactMap { $0 },
            devicePhone: device.flatMap { WhatsAppAddress($0).phone }, text: text)
    }
}

/// An address of WhatsApp (JID): `49151…@s.whatsapp.net`, with `:12` behind the number for one of a person's phones and
/// computers. People have an opaque id `…@lid` beside it, groups are `…@g.us`.
struct WhatsAppAddress: Hashable, Sendable {
    private static let numberServers: Set<String> = ["s.whatsapp.net", "c.us"]

    private let user: Substring
    private let server: String

    init(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        user = parts[0].prefix { $0 != ":" && $0 != "." }
        server = parts.count == 2 ? String(parts[1]) : ""
    }

    var isPerson: Bool { server == "lid" || Self.numberServers.contains(server) }

    /// The number's digits; nil for addresses that are made of something else.
    var phone: String? {
        guard Self.numberServers.contains(server) else { return nil }
        // Not a number is no error here: the address is then of nobody whom we could write to.
        return try? PhoneNumber(String(user)).digits
    }
}
