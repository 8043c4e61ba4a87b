internal import PostgresDriver

/// To what a message was an answer.
public struct HeardReply: Codable, Hashable, Sendable {
    /// Enrollments whose conditions see it from now on.
    public var contacts: Int
    /// Messages of events whose response it is.
    public var eventMessages: Int
}

extension OperatorSession {
    /// Characters that are kept of an answer: no condition asks for more.
    private static let mostKept = 4_096

    /// Remembers what somebody answered, for conditions on it and for the event message that it answers.
    ///
    /// One that the gateway repeats within a day does nothing more: the person may have been sent the next message
    /// meanwhile, which it is no answer to.
    ///
    /// - Throws: ``OperationsError/malformedPhone(given:)`` when the sender has no phone number.
    public func hear(_ message: InboundMessage, through gateway: String) async throws -> HeardReply {
        let phone = try PhoneNumber(message.sender ?? "").digits
        return try await onceOfGateway(message, gateway, phone: phone, purpose: "reply") { session in
            let row = try await session.database.query(
                "SELECT * FROM sluice_reply($1, $2, $3, $4, $5)",
                [
                    .string(gateway), .stringArray(message.deviceNames), .string(message.devicePhone), .string(phone),
                    .string(String(message.text.replacing("\0", with: "").prefix(Self.mostKept))),
                ])[0]
            return HeardReply(
                contacts: Int(try row.decode(Int32.self, "contacts")),
                eventMessages: Int(try row.decode(Int32.self, "messages")))
        }
    }
}
