internal import NIOCore
internal import NIOHTTP1
internal import RequestLog

/// The dialect of Sluice's own webhook, as a workflow engine would receive it: one JSON object per message, an
/// `Idempotency-Key` by which a repeated message is recognized and answered 409.
enum WebhookDialect {
    static func message(head: HTTPRequestHead, body: ByteBuffer) -> IncomingMessage {
        var message = IncomingMessage(dialect: .webhook)
        message.idempotencyKey = head.headers.first(name: "Idempotency-Key").flatMap { $0.isEmpty ? nil : $0 }
        message.defect = body.withUnsafeReadableBytes { read($0, into: &message) }.map(Reason.validation)
        return message
    }

    /// Fills `message` from the body and returns what is wrong with it.
    private static func read(_ bytes: UnsafeRawBufferPointer, into message: inout IncomingMessage) -> String? {
        var scanner = JSONFieldScanner(bytes.bindMemory(to: UInt8.self))
        var hasID = false
        var hasContent = false
        do throws(JSONSyntaxError) {
            while let field = try scanner.next() {
                if scanner.matches(field.name, "message_id") {
                    hasID = field.value.isFilledText
                } else if scanner.matches(field.name, "device") {
                    message.device = scanner.text(field.value)
                } else if scanner.matches(field.name, "to") {
                    message.recipient = scanner.text(field.value)
                } else if scanner.matches(field.name, "type") {
                    if scanner.text(field.value) == "image" { message.kind = .image }
                } else if scanner.matches(field.name, "attempt") {
                    message.attempt = scanner.integer(field.value)
                } else if scanner.matches(field.name, "text") || scanner.matches(field.name, "media_url") {
                    hasContent = hasContent || field.value.isFilledText
                }
            }
        } catch {
            return "body is not a JSON object"
        }
        if message.device?.isEmpty ?? true { return "device is missing" }
        if message.recipient?.isEmpty ?? true { return "to is missing" }
        if !hasID { return "message_id is missing" }
        return hasContent ? nil : "text and media_url are both missing"
    }

    static func reply(_ reason: Reason) -> Reply {
        switch reason {
        case .accepted(let id):
            Reply(status: 200, code: "SUCCESS", body: #"{"provider_message_id":""# + id + #""}"#)
        case .duplicate: error(409, "already done", refusal: false)
        case .validation(let detail): error(400, detail)
        case .deviceRequired: error(400, "device is missing")
        case .deviceNotFound: error(404, "unknown device")
        case .loggedOut: error(403, "device is not logged in")
        case .wrongPassword: error(401, "unauthorized")
        case .invalidRecipient: error(400, "recipient cannot be reached")
        case .rateLimited(let seconds): error(429, "too many requests", retryAfter: seconds)
        // Every 5xx of a webhook leaves the outcome open, whatever it meant to say.
        case .disconnected: error(503, "device is not connected", refusal: false)
        case .unavailable, .overloaded: error(503, "unavailable", refusal: false)
        case .uploadFailed, .serverError: error(500, "internal error", refusal: false)
        case .gatewayTimeout: error(504, "timed out", refusal: false)
        case .html: .html
        case .emptyBody: .emptyBody
        case .statusFalse: .statusFalse
        }
    }

    private static func error(
        _ status: Int, _ message: String, retryAfter: Int? = nil, refusal: Bool = true
    ) -> Reply {
        Reply(
            status: status, code: "HTTP_\(status)", retryAfter: retryAfter, body: #"{"error":"\#(message)"}"#,
            isDocumentedRefusal: refusal)
    }
}
