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
        let body = Self.body(reservation, on: device)
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
    /// The documented body. `media_url` is always there, null when there is none. The members are sorted by name, so that
    /// the same message has the same bytes, and the same signature, each time.
    private static func body(_ reservation: Reservation, on device: DeviceProfile) -> [UInt8] {
        var body = JSONObject(reserving: reservation.content.text.utf8.count + 512)
        body.add("attempt", reservation.attempt)
        body.add("campaign", reservation.campaign)
        body.add("channel", reservation.channel ?? "whatsapp")
        body.add("contact", reservation.message.contact.rawValue.uuidString.lowercased())
        body.add("device", device.id.rawValue.uuidString.lowercased())
        body.add("media_url", reservation.content.mediaURL)
        body.add("message_id", reservation.message.description)
        body.add("metadata", encoded: metadata(reservation, on: device))
        body.add("text", reservation.content.text)
        body.add("to", reservation.recipient)
        body.add("type", reservation.content.kind.rawValue)
        return body.bytes()
    }

    /// The producer's own, and who and what it goes by.
    private static func metadata(_ reservation: Reservation, on device: DeviceProfile) -> [UInt8] {
        let own = reservation.metadata.flatMap {
            // What is no object has no place in one, and is no reason to hold the message back.
            try? JSONDecoder().decode([String: JSONValue].self, from: Data($0.utf8))
        }
        guard var members = own else {
            var object = JSONObject(reserving: 128)
            object.add("device_name", device.name)
            object.add("recipient_name", reservation.recipientName)
            return object.bytes()
        }
        members["device_name"] = .text(device.name)
        members["recipient_name"] = .text(reservation.recipientName)
        return JSONBody.encode(members)
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
