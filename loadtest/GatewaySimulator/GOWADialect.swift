internal import NIOCore
internal import NIOHTTP1
internal import RequestLog

/// The dialect of GOWA (go-whatsapp-web-multidevice) v8 and v9: one gateway holds many devices and names them by the
/// `X-Device-Id` header; requests carry no id of ours, so a repeated message goes out twice.
enum GOWADialect {
    static func message(kind: MessageKind, head: HTTPRequestHead, body: ByteBuffer) -> IncomingMessage {
        var message = IncomingMessage(dialect: .gowa, kind: kind)
        message.device = head.headers.first(name: "X-Device-Id").flatMap { $0.isEmpty ? nil : $0 }
        let fields = fields(head, body)
        message.recipient = fields?.phone
        if message.device == nil {
            message.defect = .deviceRequired
        } else if let fields {
            message.defect = fields.problem(kind).map(Reason.validation)
        } else {
            message.defect = .validation("body: cannot be read")
        }
        return message
    }

    private struct Fields {
        var phone: String?
        var hasText = false
        var hasImage = false

        func problem(_ kind: MessageKind) -> String? {
            guard let phone, !phone.isEmpty else { return "phone: cannot be blank." }
            let digits = phone.prefix { $0 != "@" }
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return "phone: must be digits."
            }
            guard digits.first != "0" else { return "phone: must be in international format." }
            switch kind {
            case .text: return hasText ? nil : "message: cannot be blank."
            case .image: return hasImage ? nil : "image: cannot be blank."
            }
        }
    }

    private static func fields(_ head: HTTPRequestHead, _ body: ByteBuffer) -> Fields? {
        if let type = head.headers.first(name: "Content-Type"), type.hasPrefix("multipart/form-data") {
            guard let parts = MultipartForm.parts(of: body, contentType: type) else { return nil }
            var fields = Fields()
            for part in parts {
                switch part.name {
                case "phone": fields.phone = String(buffer: part.content)
                case "message": fields.hasText = part.content.readableBytes > 0
                case "image", "image_url": fields.hasImage = fields.hasImage || part.content.readableBytes > 0
                default: break
                }
            }
            return fields
        }
        return body.withUnsafeReadableBytes { bytes in
            var scanner = JSONFieldScanner(bytes.bindMemory(to: UInt8.self))
            var fields = Fields()
            do throws(JSONSyntaxError) {
                while let field = try scanner.next() {
                    if scanner.matches(field.name, "phone") {
                        fields.phone = scanner.text(field.value)
                    } else if scanner.matches(field.name, "message") {
                        fields.hasText = field.value.isFilledText
                    } else if scanner.matches(field.name, "image_url") {
                        fields.hasImage = field.value.isFilledText
                    }
                }
            } catch {
                return nil
            }
            return fields
        }
    }

    static func reply(_ reason: Reason) -> Reply {
        switch reason {
        case .accepted(let id):
            Reply(
                status: 200, code: "SUCCESS",
                body: #"{"code":"SUCCESS","message":"Success","results":{"message_id":""# + id
                    + #"","status":"Message sent"}}"#)
        // GOWA does not know duplicates; kept total so that no caller needs to know that.
        case .duplicate: error(409, "DUPLICATE", "duplicate", refusal: false)
        case .validation(let detail): error(400, "VALIDATION_ERROR", detail)
        case .deviceRequired: error(400, "DEVICE_ID_REQUIRED", "device id is required: set X-Device-Id")
        case .deviceNotFound: error(404, "DEVICE_NOT_FOUND", "device not found")
        case .disconnected: error(401, "AUTHENTICATION_ERROR", "you are not connect to services server")
        case .loggedOut: error(401, "AUTHENTICATION_ERROR", "you are not logged in")
        case .wrongPassword:
            Reply(
                status: 401, code: "UNAUTHORIZED", contentType: "text/plain", body: "Unauthorized",
                isDocumentedRefusal: true)
        case .invalidRecipient: error(400, "INVALID_JID", "phone is not on whatsapp")
        // With Retry-After it is a proxy in front of GOWA that speaks; GOWA itself sends none.
        case .rateLimited(let seconds?): error(429, "RATE_LIMITED", "too many requests", retryAfter: seconds)
        case .rateLimited(nil): error(429, "WA_REACHOUT_TIMELOCK", "reach-out is locked for this contact")
        case .unavailable, .overloaded: error(503, "DEVICE_MANAGER_UNAVAILABLE", "device manager is unavailable")
        case .uploadFailed: error(500, "UPLOAD_MEDIA_ERROR", "media could not be uploaded")
        case .serverError: error(500, "INTERNAL_SERVER_ERROR", "internal server error", refusal: false)
        case .gatewayTimeout: error(504, "GATEWAY_TIMEOUT", "request timed out", refusal: false)
        case .html: .html
        case .emptyBody: .emptyBody
        case .statusFalse: .statusFalse
        }
    }

    private static func error(
        _ status: Int, _ code: String, _ message: String, retryAfter: Int? = nil, refusal: Bool = true
    ) -> Reply {
        Reply(
            status: status, code: code, retryAfter: retryAfter, body: #"{"code":"\#(code)","message":"\#(message)"}"#,
            isDocumentedRefusal: refusal)
    }

    /// The answer to `GET /devices/{id}/status`.
    static func status(of device: String, _ state: DeviceState) -> Reply {
        var body = Array(#"{"code":"SUCCESS","message":"Device status","results":{"device_id":""#.utf8)
        body.append(jsonEscaped: device)
        let connected = state == .connected
        let loggedIn = connected || state == .disconnected
        body.append(contentsOf: #"","is_connected":\#(connected),"is_logged_in":\#(loggedIn)}}"#.utf8)
        return Reply(status: 200, code: "SUCCESS", body: String(decoding: body, as: UTF8.self))
    }
}

extension JSONFieldScanner.Value {
    var isFilledText: Bool {
        guard case .text(let range, _) = self else { return false }
        return !range.isEmpty
    }
}
