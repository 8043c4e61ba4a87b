/// The wire formats that the simulator speaks.
enum Dialect: String, Sendable {
    case gowa
    case twilio
    case webhook

    func reply(_ reason: Reason) -> Reply {
        switch self {
        case .gowa: GOWADialect.reply(reason)
        case .twilio: TwilioDialect.reply(reason)
        case .webhook: WebhookDialect.reply(reason)
        }
    }
}

/// A message request, read as far as it could be.
struct IncomingMessage: Sendable, Equatable {
    var dialect: Dialect
    var kind = MessageKind.text
    var device: String?
    var recipient: String?
    /// The key for the log: the trace header, else the webhook's own.
    var key: String?
    /// What the webhook recognizes a repeated message by; always nil for GOWA, which does not.
    var idempotencyKey: String?
    var attempt: Int64?
    var epoch: Int64?
    /// Who wants to be told what becomes of it; only Twilio's requests say so themselves.
    var statusCallback: Callback.Target?
    /// Why the message is refused before any device sees it.
    var defect: Reason?
}
