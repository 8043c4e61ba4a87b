internal import Crypto
internal import FoundationEssentials
internal import PostgresDriver

extension OperatorSession {
    /// Does what a gateway's message asks for, once: a gateway that repeats it within a day is given the first answer. One
    /// without an id is not known for a repeat.
    /// - Parameter purpose: what is done about the message: each is done once.
    func onceOfGateway<Value: Codable & Sendable>(
        _ message: InboundMessage, _ gateway: String, phone: String, purpose: String,
        _ deed: (OperatorSession) async throws -> Value
    ) async throws -> Value {
        guard let id = message.id else { return try await deed(self) }
        // Not within any workspace that keys of the API have: nobody else can use up the gateway's ids. The key is of a
        // bounded length, whatever the gateway calls its messages.
        let digest = SHA256.hash(data: Data("\(purpose) \(phone) \(id)".utf8))
        let answer = try await answerOnce(
            workspace: "*webhooks/\(gateway)", key: Data(digest).base64EncodedString(), requestHash: []
        ) { session in
            RememberedAnswer(status: 200, body: try JSONText.compact(try await deed(session)))
        }
        return try JSONText.decoder().decode(Value.self, from: Data(answer.body.utf8))
    }
}
