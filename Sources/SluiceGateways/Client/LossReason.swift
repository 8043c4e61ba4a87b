internal import NIOHTTP1

/// Why a written request has no answer. Only a word for people: each of them is the same class, unknown.
enum LossReason: String {
    case timeout
    case cancelled
    case connectionLost = "connection_lost"
    case malformedResponse = "malformed_response"
    case responseTooLarge = "response_too_large"

    init(_ error: any Error) {
        switch error {
        // An answer that the connection's end cut off.
        case HTTPParserError.invalidEOFState: self = .connectionLost
        case is HTTPParserError, is NIOHTTPDecoderError: self = .malformedResponse
        default: self = .connectionLost
        }
    }

    var detail: String {
        switch self {
        case .timeout: "no complete answer in the gateway's total time"
        case .cancelled: "the exchange was cancelled after its first byte"
        case .connectionLost: "the connection ended before a complete answer"
        case .malformedResponse: "the answer is not HTTP"
        case .responseTooLarge: "the answer's body exceeds the limit"
        }
    }
}
