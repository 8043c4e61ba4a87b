internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import RequestLog

/// The dialect of Twilio's Messages resource (API of 2010-04-01). The sender is the device; a repeated message goes out
/// twice. Who names a `StatusCallback` is told what becomes of the message, signed with the password of the request.
enum TwilioDialect {
    static let prefix = "/2010-04-01/Accounts/"
    static let suffix = "/Messages.json"

    static func message(head: HTTPRequestHead, body: ByteBuffer) -> IncomingMessage {
        var message = IncomingMessage(dialect: .twilio)
        guard let token = password(head) else {
            message.defect = .wrongPassword
            return message
        }
        guard let fields = FormFields.read(body) else {
            message.defect = .validation("the body cannot be read")
            return message
        }
        let sender = fields["MessagingServiceSid"] ?? fields["From"] ?? ""
        message.device = sender.isEmpty ? nil : sender
        message.kind = fields["MediaUrl"] == nil ? .text : .image
        let to = fields["To"] ?? ""
        message.recipient = String(to.hasPrefix("whatsapp:") ? to.dropFirst("whatsapp:".count) : to[...])
        if let url = fields["StatusCallback"] {
            // An address that cannot be called costs the sender the receipts, as with the real gateway.
            message.statusCallback = try? Callback.Target(url: url, secret: token)
        }
        message.defect = problem(fields, message)
        return message
    }

    private static func problem(_ fields: [String: String], _ message: IncomingMessage) -> Reason? {
        guard message.device != nil else { return .deviceRequired }
        let digits = message.recipient?.drop { $0 == "+" } ?? ""
        guard message.recipient?.first == "+", 7...15 ~= digits.utf8.count,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return .invalidRecipient }
        let text = fields["Body"] ?? ""
        if text.isEmpty, fields["MediaUrl"] == nil { return .validation("a Body or a MediaUrl is required") }
        return text.count > 1_600 ? .validation("the Body is longer than 1600 characters") : nil
    }

    /// Of HTTP's Basic scheme.
    private static func password(_ head: HTTPRequestHead) -> String? {
        guard let field = head.headers.first(name: "Authorization"), field.hasPrefix("Basic "),
            let data = Data(base64Encoded: String(field.dropFirst("Basic ".count))),
            let pair = String(validating: data, as: UTF8.self), let colon = pair.firstIndex(of: ":")
        else { return nil }
        return String(pair[pair.index(after: colon)...])
    }

    /// `SM` and 32 digits, as Twilio numbers messages.
    static func messageID(_ digits: String) -> String {
        "SM" + String(repeating: "0", count: 32 - digits.utf8.count) + digits.lowercased()
    }

    static func reply(_ reason: Reason) -> Reply {
        switch reason {
        case .accepted(let id): Reply(status: 201, code: "SUCCESS", body: #"{"sid":"\#(id)","status":"queued"}"#)
        // Twilio does not know duplicates; kept total so that no caller needs to know that.
        case .duplicate: error(409, 20409, "duplicate", refusal: false)
        case .validation(let detail): error(400, 21602, detail)
        case .deviceRequired: error(400, 21603, "a From phone number is required")
        case .deviceNotFound: error(400, 21606, "the From phone number is not one of the account's")
        case .loggedOut: error(403, 20005, "the account is not active")
        case .wrongPassword: error(401, 20003, "authenticate")
        case .invalidRecipient: error(400, 21211, "the To number is not a valid phone number")
        case .rateLimited(let seconds): error(429, 20429, "too many requests", retryAfter: seconds)
        case .uploadFailed: error(400, 21620, "the media URL cannot be used")
        case .disconnected, .unavailable, .overloaded: error(503, 20503, "service unavailable", refusal: false)
        case .serverError: error(500, 20500, "internal server error", refusal: false)
        case .gatewayTimeout: error(504, 20504, "timed out", refusal: false)
        case .html: .html
        case .emptyBody: .emptyBody
        case .statusFalse: .statusFalse
        }
    }

    private static func error(
        _ status: Int, _ code: Int, _ message: String, retryAfter: Int? = nil, refusal: Bool = true
    ) -> Reply {
        Reply(
            status: status, code: "\(code)", retryAfter: retryAfter,
            body: #"{"code":\#(code),"message":"\#(message)","more_info":"","status":\#(status)}"#,
            isDocumentedRefusal: refusal)
    }
}
