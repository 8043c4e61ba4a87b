package import Foundation
package import SluiceOperations

/// How the bodies and signatures of webhooks are read, for tests that send what no gateway does.
package enum WebhookReading {
    package static func gowa(_ body: Data) throws -> InboundMessage? {
        try JSONDecoder().decode(GOWAEvent.self, from: body).inbound
    }

    /// Nil when it is not a form; the message when it has one.
    package static func twilio(_ body: [UInt8]) -> InboundMessage?? {
        FormField.fields(of: body).map { TwilioMessage($0).inbound }
    }

    package static func isHub(_ header: String, of body: Data, secret: String) -> Bool {
        WebhookSignature.isHub(header, of: body, secret: secret)
    }

    package static func isTwilio(_ header: String, of body: [UInt8], url: String, secret: String) -> Bool {
        FormField.fields(of: body).map {
            WebhookSignature.isTwilio(header, of: $0, url: url, secret: secret)
        } ?? false
    }
}
