/// Everything this module throws, apart from `CancellationError`.
public struct NATSError: Error, Sendable, Hashable {
    /// What went wrong, for code that decides.
    public enum Kind: String, Sendable, Hashable {
        /// An option, a server URL, a queue group or a timeout that can never work.
        case invalidOptions
        /// A subject that is empty, has blanks or control characters, an empty token, or a wildcard where none may be.
        case invalidSubject
        /// No server accepted the connection in time.
        case cannotConnect
        /// The server refused the credentials, or denied the action.
        case notAuthorized
        /// Transport security could not be agreed on, or its files are unusable.
        case tls
        /// What answered does not speak NATS.
        case notNATS
        /// There is no connection at this moment; a reconnect is under way.
        case disconnected
        /// The server did not take data within `writeDeadline`; the connection is given up and made again.
        case stalled
        /// The connection was closed or is draining; it never comes back.
        case closed
        /// Nobody answered before the deadline.
        case timedOut
        /// The server knows that nobody listens on the subject of a request.
        case noResponders
        /// The payload is larger than the server allows.
        case payloadTooLarge
        /// Too many requests wait for replies on this connection.
        case tooManyRequests
        /// libnats reported something that this module has no name for.
        case other
    }

    public var kind: Kind

    /// What was attempted: "connect", "publish", "subscribe", …
    public var operation: String

    /// Subject, limit or libnats' own text; never a credential.
    public var detail: String

    /// The configured servers without user, password or token.
    public var servers: [String]

    public init(_ kind: Kind, operation: String, detail: String, servers: [String] = []) {
        self.kind = kind
        self.operation = operation
        self.detail = detail
        self.servers = servers
    }

    /// True when the same call can succeed later without anybody changing anything here.
    public var isRetriable: Bool {
        switch kind {
        case .cannotConnect, .disconnected, .stalled, .timedOut, .noResponders, .tooManyRequests: true
        case .invalidOptions, .invalidSubject, .notAuthorized, .tls, .notNATS, .closed, .payloadTooLarge, .other: false
        }
    }
}

extension NATSError: CustomStringConvertible {
    public var description: String {
        let place = servers.isEmpty ? "" : " (\(servers.joined(separator: ", ")))"
        return "NATS \(operation): \(text)\(place)\(detail.isEmpty ? "" : ": \(detail)")"
    }

    private var text: String {
        switch kind {
        case .invalidOptions: "invalid options"
        case .invalidSubject: "invalid subject"
        case .cannotConnect: "no server could be reached"
        case .notAuthorized: "not authorized"
        case .tls: "no secure connection"
        case .notNATS: "the server does not speak NATS"
        case .disconnected: "not connected at the moment"
        case .stalled: "the server does not accept data"
        case .closed: "the connection is closed"
        case .timedOut: "timed out"
        case .noResponders: "nobody listens on the subject"
        case .payloadTooLarge: "payload too large"
        case .tooManyRequests: "too many requests wait for replies"
        case .other: "failed"
        }
    }
}
