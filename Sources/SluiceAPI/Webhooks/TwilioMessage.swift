import SluiceOperations

/// What Twilio posts when a message comes in: `From` and `To` are numbers, with `whatsapp:` before them there.
struct TwilioMessage: Sendable {
    private static let whatsApp = "whatsapp:"

    let inbound: InboundMessage?

    init(_ form: [FormField]) {
        func value(_ name: String) -> String? { form.first { $0.name == name }?.value }
        guard let text = value("Body"), let from = value("From") else {
            inbound = nil
            return
        }
        let to = value("To")
        inbound = InboundMessage(
            id: value("MessageSid"), sender: Self.number(from),
            deviceNames: [to, to.map(Self.number), value("MessagingServiceSid")].compactMap { $0 },
            // A sender may have a short code or a name in place of a number.
            devicePhone: to.flatMap { try? PhoneNumber(Self.number($0)).digits }, text: text)
    }

    private static func number(_ address: String) -> String {
        address.hasPrefix(whatsApp) ? String(address.dropFirst(whatsApp.count)) : address
    }
}
