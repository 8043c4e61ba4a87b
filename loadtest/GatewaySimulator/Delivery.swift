internal import Crypto
internal import FoundationEssentials

/// What a gateway tells of a message after it has accepted it.
public struct Delivery: Sendable, Equatable {
    /// In Twilio's words and in the order in which they are posted; each post is on its own, so they may overtake each
    /// other.
    var states: [String]
    /// Why it did not arrive.
    var errorCode: Int?

    static let inOrder = Delivery(states: ["sent", "delivered"])
    static let repeatedOutOfOrder = Delivery(states: ["delivered", "sent", "delivered", "sent"])
    static let undelivered = Delivery(states: ["sent", "undelivered"], errorCode: 30005)
    static let failed = Delivery(states: ["failed"], errorCode: 30007)

    /// Twilio's status callbacks of a message.
    func posts(of message: IncomingMessage, id: String, to target: Callback.Target) -> [Callback.Post] {
        states.map { state in
            var fields = [
                ("AccountSid", "AC00000000000000000000000000000000"), ("From", message.device ?? ""),
                ("MessageSid", id), ("MessageStatus", state), ("SmsSid", id), ("SmsStatus", state),
                ("To", message.recipient ?? ""),
            ]
            if let errorCode, state != "sent" { fields.append(("ErrorCode", "\(errorCode)")) }
            return Self.post(fields, to: target)
        }
    }

    /// Signed as Twilio signs: the base 64 HMAC-SHA1 of the URL and the fields by name.
    private static func post(_ fields: [(String, String)], to target: Callback.Target) -> Callback.Post {
        var signed = target.url
        for (name, value) in fields.sorted(by: { $0.0 < $1.0 }) { signed += name + value }
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data(target.secret.utf8)))
        let body = fields.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
        return Callback.Post(
            target: target, type: "application/x-www-form-urlencoded",
            signature: ("X-Twilio-Signature", Data(code).base64EncodedString()), body: Array(body.utf8))
    }

    /// Of what the fields hold, only this is not itself in a form.
    private static func escaped(_ value: String) -> String {
        value.replacing("%", with: "%25").replacing("&", with: "%26").replacing("+", with: "%2B")
    }
}
