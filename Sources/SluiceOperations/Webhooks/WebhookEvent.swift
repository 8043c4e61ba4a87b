/// What a webhook may be told of.
public enum WebhookEvent: String, CaseIterable, Codable, Sendable {
    /// The gateway accepted it.
    case sent = "message.sent"
    /// It has reached the person, as the gateway tells.
    case delivered = "message.delivered"
    /// It was refused for the last time, or did not arrive, as the gateway tells.
    case failed = "message.failed"
    /// Nobody knows whether the gateway accepted it.
    case unknown = "message.unknown"

    public init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer()
        guard let event = Self(rawValue: try values.decode(String.self)) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(in: values, debugDescription: "there are \(known)")
        }
        self = event
    }
}
