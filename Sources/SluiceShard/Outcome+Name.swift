internal import SluiceCore

extension Outcome {
    /// One word for logs.
    var name: String {
        switch self {
        case .sent: "sent"
        case .refused: "refused"
        case .unknown: "unknown"
        case .aborted: "aborted"
        }
    }
}
