/// What a gateway has to say about a message, before a dialect puts it into words.
enum Reason: Sendable, Equatable {
    case accepted(messageID: String)
    /// The gateway had this message before.
    case duplicate
    case validation(String)
    case deviceRequired
    case deviceNotFound
    case disconnected
    case loggedOut
    case wrongPassword
    case invalidRecipient
    case rateLimited(retryAfter: Int?)
    case unavailable
    case overloaded
    case uploadFailed
    case serverError
    case gatewayTimeout
    case html
    case emptyBody
    case statusFalse
}

/// An HTTP answer, and how the request log judges it.
struct Reply: Sendable, Equatable {
    var status: Int
    /// The `code` of the log line.
    var code: String
    var contentType = "application/json"
    var retryAfter: Int?
    var body: String
    /// Whether the dialect documents that a message answered like this does not go out.
    var isDocumentedRefusal = false

    static let html = Reply(
        status: 502, code: "BAD_GATEWAY", contentType: "text/html",
        body: "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n")
    static let emptyBody = Reply(status: 201, code: "EMPTY_BODY", body: "")
    static let statusFalse = Reply(
        status: 200, code: "STATUS_FALSE", body: #"{"status":false,"message":"message was not sent"}"#)

    static func plain(_ status: Int, _ text: String) -> Reply {
        Reply(status: status, code: "", contentType: "text/plain", body: text + "\n")
    }

    static func json(_ body: String) -> Reply { Reply(status: 200, code: "", body: body) }

    /// The bytes of this answer as HTTP/1.1 sends it.
    func serialized(closing: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(192 + body.utf8.count)
        bytes.append(contentsOf: "HTTP/1.1 \(status) \(Self.phrase(status))\r\nContent-Length: ".utf8)
        bytes.append(contentsOf: "\(body.utf8.count)\r\n".utf8)
        if !body.isEmpty { bytes.append(contentsOf: "Content-Type: \(contentType)\r\n".utf8) }
        if let retryAfter { bytes.append(contentsOf: "Retry-After: \(retryAfter)\r\n".utf8) }
        if closing { bytes.append(contentsOf: "Connection: close\r\n".utf8) }
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: body.utf8)
        return bytes
    }

    private static func phrase(_ status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 413: "Content Too Large"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Status"
        }
    }
}
