internal import Crypto
internal import FoundationEssentials
internal import SluiceCore

/// A receiver of the user's own (n8n, a script): one JSON POST to the base URL per attempt.
///
/// Credentials: `username` + `password` (Basic), or `token` (Bearer), or `token` + `header` (the token as that header's
/// value), or none; with any of them `secret`, which signs the body. Answers: any 2xx accepts, optionally with
/// `{"provider_message_id": …}`; 409 says it was accepted before; 429 refuses for now; 401 and 403 refuse the
/// credentials, which is no contact's fault; another 4xx refuses for good. The receiver may deduplicate by
/// `Idempotency-Key`, but nothing proves it, so an unknown is never sent again.
struct Webhook: GatewayAdapter {
    let dialect = Dialect.webhook

    func validate(credentials given: [String: String]) throws(GatewayConfigurationError) {
        if (given["username"] == nil) != (given["password"] == nil) {
            throw .invalidCredentials(reason: "need both username and password, or neither")
        }
        if given["username"] != nil, given["token"] != nil {
            throw .invalidCredentials(reason: "hold both a password and a token; one of them must go")
        }
        if given["header"] != nil, given["token"] == nil {
            throw .invalidCredentials(reason: "name a header but hold no token to put into it")
        }
        if let field = Self.authorization(given), !field.isValid {
            throw .invalidCredentials(reason: "contain characters that cannot stand in an HTTP header")
        }
    }

    func request(for reservation: Reservation, on device: DeviceProfile) -> PreparedSend {
        let body = JSONBody.encode(Payload(reservation, on: device))
        var headers = [JSONBody.contentType, HeaderField("Idempotency-Key", reservation.message.description)]
        if let field = Self.authorization(device.gateway.credentials) { headers.append(field) }
        if let secret = device.gateway.credentials["secret"] {
            headers.append(HeaderField("X-Signature-256", Self.signature(of: body, secret: secret)))
        }
        return .request(HTTPRequestDescription(method: .post, path: "", headers: headers, body: body))
    }

    func classify(_ answer: HTTPAnswer) -> Outcome {
        switch answer.status {
        case 200..<300, 409:
            .sent(providerID: acceptableProviderID(answer.json(Acceptance.self)?.providerID))
        case 429:
            .refused(
                Refusal(
                    code: answer.statusCode, detail: "the webhook asks to slow down", isCharged: true,
                    disposition: .retry(notBefore: RetryAfter.wait(in: answer))))
        case 401, 403:
            .refused(
                .charged(
                    "wrong_credentials", "the webhook does not accept the credentials", .device(.credentialsRefused)))
        // 408 is a time-out that somebody on the way reports; the receiver may have the message all the same.
        case 400..<500 where answer.status != 408:
            .refused(
                Refusal(
                    code: answer.statusCode, detail: "the webhook refused the message", isCharged: true,
                    disposition: .permanent))
        default:
            .unknown(code: answer.statusCode, detail: "the webhook did not say whether it took the message")
        }
    }

    private static func authorization(_ credentials: [String: String]) -> HeaderField? {
        if let username = credentials["username"], let password = credentials["password"] {
            return Authorization.basic(username: username, password: password)
        }
        guard let token = credentials["token"] else { return nil }
        return credentials["header"].map { HeaderField($0, token) } ?? Authorization.bearer(token)
    }

    /// `sha256=` and the hexadecimal HMAC-SHA256 of the body: the receiver computes the same over the raw bytes.
    static func signature(of body: [UInt8], secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
        let digits = Array("0123456789abcdef".utf8)
        let hex = code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
        return "sha256=" + String(decoding: hex, as: UTF8.self)
    }
}

extension Webhook {
    /// The documented body. `media_url` is always there, null when there is none.
    private struct Payload: Encodable {
        let reservation: Reservation
        let device: DeviceProfile

        init(_ reservation: Reservation, on device: DeviceProfile) {
            self.reservation = reservation
            self.device = device
        }

        enum Key: String, CodingKey {
            case messageID = "message_id"
            case device, to, type, channel, text, campaign, contact, attempt, metadata
            case mediaURL = "media_url"
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Key.self)
            try fields.encode(reservation.message.description, forKey: .messageID)
            try fields.encode(device.id.rawValue.uuidString.lowercased(), forKey: .device)
            try fields.encode(reservation.recipient, forKey: .to)
            try fields.encode(reservation.content.kind.rawValue, forKey: .type)
            try fields.encode(reservation.channel ?? "whatsapp", forKey: .channel)
            try fields.encode(reservation.content.text, forKey: .text)
            try fields.encode(reservation.content.mediaURL, forKey: .mediaURL)
            try fields.encode(reservation.campaign, forKey: .campaign)
            try fields.encode(reservation.message.contact.rawValue.uuidString.lowercased(), forKey: .contact)
            try fields.encode(reservation.attempt, forKey: .attempt)
            try fields.encode(metadata, forKey: .metadata)
        }

        /// The producer's own, and who and what it goes by.
        private var metadata: [String: JSONValue] {
            let known: [String: JSONValue] = [
                "recipient_name": .text(reservation.recipientName), "device_name": .text(device.name),
            ]
            // What is no object has no place in one, and is no reason to hold the message back.
            let own = reservation.metadata.flatMap {
                try? JSONDecoder().decode([String: JSONValue].self, from: Data($0.utf8))
            }
            return (own ?? [:]).merging(known) { _, known in known }
        }
    }

    /// The optional body of a 2xx. A receiver's id may be a number.
    private struct Acceptance: Decodable {
        let providerID: String?

        enum Key: String, CodingKey { case providerID = "provider_message_id" }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            if let text = try? fields.decode(String.self, forKey: .providerID) {
                providerID = text
            } else {
                // Neither a string nor an integer: accepted all the same, only without an id.
                providerID = (try? fields.decode(Int64.self, forKey: .providerID)).map { String($0) }
            }
        }
    }
}
