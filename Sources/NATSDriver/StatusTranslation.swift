import CNATS

/// Turns libnats' status codes into typed errors and keeps secrets out of their text.
struct StatusTranslation: Sendable {
    /// The servers as they may be shown.
    var servers: [String]

    /// Parts of texts that must never be shown, such as passwords from the configured URLs.
    var secrets: [String]

    /// - Parameter text: what libnats said, or nil to use the name of the status.
    func error(_ status: natsStatus, operation: String, text: String? = nil) -> NATSError {
        let name = String(cString: natsStatus_GetText(status))
        let detail = text.flatMap { $0.isEmpty || $0 == name ? nil : "\(name): \($0)" } ?? name
        return NATSError(kind(of: status), operation: operation, detail: redact(detail), servers: servers)
    }

    /// The error of the libnats call that this thread made last.
    func lastError(_ status: natsStatus, operation: String) -> NATSError {
        error(status, operation: operation, text: lastErrorText())
    }

    func lastErrorText() -> String? {
        var status = NATS_OK
        return nats_GetLastError(&status).map { redact(String(cString: $0)) }
    }

    func error(_ kind: NATSError.Kind, operation: String, detail: String = "") -> NATSError {
        NATSError(kind, operation: operation, detail: redact(detail), servers: servers)
    }

    private func redact(_ text: String) -> String {
        secrets.reduce(text) { shown, secret in
            shown.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
        }
    }

    private func kind(of status: natsStatus) -> NATSError.Kind {
        switch status {
        case NATS_NO_SERVER, NATS_IO_ERROR, NATS_SYS_ERROR: .cannotConnect
        case NATS_CONNECTION_AUTH_FAILED, NATS_NOT_PERMITTED: .notAuthorized
        case NATS_SSL_ERROR, NATS_SECURE_CONNECTION_WANTED, NATS_SECURE_CONNECTION_REQUIRED: .tls
        case NATS_PROTOCOL_ERROR, NATS_LINE_TOO_LONG: .notNATS
        case NATS_CONNECTION_DISCONNECTED, NATS_STALE_CONNECTION, NATS_INSUFFICIENT_BUFFER: .disconnected
        case NATS_CONNECTION_CLOSED, NATS_DRAINING, NATS_INVALID_SUBSCRIPTION: .closed
        case NATS_TIMEOUT: .timedOut
        case NATS_NO_RESPONDERS: .noResponders
        case NATS_MAX_PAYLOAD: .payloadTooLarge
        case NATS_INVALID_SUBJECT: .invalidSubject
        case NATS_INVALID_ARG, NATS_INVALID_TIMEOUT, NATS_INVALID_QUEUE_NAME, NATS_ADDRESS_MISSING: .invalidOptions
        default: .other
        }
    }
}
