import SluiceCore
import SluiceOperations

/// What Twilio posts to a message's `StatusCallback`. The address names the attempt, and its signature covers that too.
struct TwilioReceipt: Sendable {
    private static let mostCodeDigits = 10

    /// Nil while the message is on its way: that Twilio has it is known from its answer.
    let receipt: DeliveryReceipt?

    /// Nil when the form tells of something else.
    /// - Parameter attempt: of the address.
    init?(_ form: [FormField], attempt: String?) {
        func value(_ name: String) -> String? { form.first { $0.name == name }?.value }
        // An incoming message has a status too, and a body.
        guard let status = value("MessageStatus"), value("Body") == nil, let id = value("MessageSid") else {
            return nil
        }
        // Somebody read what was delivered.
        let state = status == "read" ? "delivered" : status
        guard let delivery = DeliveryReceipt.Delivery(rawValue: state) else {
            receipt = nil
            return
        }
        let code = value("ErrorCode").flatMap { code in
            1...Self.mostCodeDigits ~= code.utf8.count && code.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? code : nil
        }
        // An address without an attempt is not one of ours, and then nobody's message is meant.
        let subject: DeliveryReceipt.Subject =
            attempt.flatMap { AttemptKey($0) }.map { .attempt($0, providerID: id) } ?? .messages([], recipient: "")
        receipt = DeliveryReceipt(subject, delivery, code: delivery == .delivered ? nil : code)
    }
}
