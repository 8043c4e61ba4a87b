internal import Crypto
internal import Foundation
internal import SluiceAPI
internal import SluiceOperations

extension FuzzSubject {
    /// What gateways post, and the signatures by which they are believed.
    static let webhooks = [gowa, twilio, hubSignature, twilioSignature]

    private static let gowa = FuzzSubject(
        "webhook.gowa", .text,
        examples: [
            #"{"event":"message","device_id":"4916000000001:2@s.whatsapp.net","session_id":"north-1","payload":{"id":"A","chat_id":"4917000000001@s.whatsapp.net","from":"4917000000001:3@s.whatsapp.net","is_from_me":false,"body":"stop"}}"#,
            #"{"event":"message.ack","device_id":"n","payload":{"ids":["A"]}}"#,
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let message = try? WebhookReading.gowa(Data(bytes)) else { return false }
        if let sender = message.sender, !sender.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            throw FuzzFinding("a sender who is no number")
        }
        return true
    }

    private static let twilio = FuzzSubject(
        "webhook.twilio", .text,
        examples: [
            "MessageSid=SM1&From=whatsapp%3A%2B15550001111&To=%2B15550002222&Body=STOP+please&MessagingServiceSid=MG1",
            "SmsStatus=delivered&MessageSid=SM1", "a=%C3%BC&b=&c",
        ].map { Array($0.utf8) }
    ) { bytes in
        guard let message = WebhookReading.twilio(bytes) else { return false }
        if let phone = message?.devicePhone, !phone.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
            throw FuzzFinding("a device whose number is none")
        }
        return true
    }

    private static let secret = "secret"

    /// A header, an empty line, a body. Only whoever has the secret is believed.
    private static let hubSignature = FuzzSubject(
        "webhook.hub-signature", .text,
        examples: ["{}", #"{"event":"message"}"#].map { Array((hub(of: Data($0.utf8)) + "\n" + $0).utf8) }
    ) { bytes in
        let (header, body) = parts(bytes)
        guard WebhookReading.isHub(header, of: body, secret: secret) else { return false }
        guard header.lowercased() == hub(of: body) else { throw FuzzFinding("believed: \(header)") }
        return true
    }

    private static let twilioSignature = FuzzSubject(
        "webhook.twilio-signature", .text,
        // Sorted by name, each name followed by its value.
        examples: [("a=1", "a1"), ("b=2&a=%2B1", "a+1b2")].map { body, signed in
            Array((twilio(signing: signed) + "\n" + body).utf8)
        }
    ) { bytes in
        let (header, body) = parts(bytes)
        guard WebhookReading.isTwilio(header, of: Array(body), url: url, secret: secret) else { return false }
        guard !WebhookReading.isTwilio(header, of: Array(body), url: url, secret: "another") else {
            throw FuzzFinding("believed with any secret: \(header)")
        }
        return true
    }

    private static let url = "https://sluice.example/webhooks/main"

    private static func parts(_ bytes: [UInt8]) -> (header: String, body: Data) {
        let sides = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        return (String(decoding: sides[0], as: UTF8.self), Data(sides.count > 1 ? sides[1] : []))
    }

    private static func hub(of body: Data) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8)))
        return "sha256=" + code.map { String($0 / 16, radix: 16) + String($0 % 16, radix: 16) }.joined()
    }

    private static func twilio(signing fields: String) -> String {
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data((url + fields).utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return Data(code).base64EncodedString()
    }
}
