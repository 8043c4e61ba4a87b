public import FoundationEssentials
internal import PostgresDriver

/// One attempt, as the ledger has it.
public struct HistoryEntry: Codable, Hashable, Sendable {
    /// When it ended, else when it was reserved.
    public var at: Date
    public var workspace: String
    public var sequence: String
    public var step: String?
    public var device: String
    public var attempt: Int
    /// reserved, sent, failed, unknown or aborted.
    public var outcome: String
    public var code: String?
    public var detail: String?
    /// The gateway's id of the message.
    public var providerID: String?
    /// delivered, undelivered or failed; nil while the gateway has told nothing.
    public var delivery: String?
    /// Why it was not delivered, as the gateway numbers it.
    public var deliveryCode: String?
    public var contactID: UUID
}

extension OperatorSession {
    /// What was sent to a number, the newest last.
    /// - Parameter limit: so many of the newest.
    /// - Throws: ``OperationsError/malformedPhone(given:)``.
    public func history(_ phone: String, limit: Int) async throws -> [HistoryEntry] {
        let number = try PhoneNumber(phone)
        guard (1...10_000).contains(limit) else {
            throw OperationsError.invalid(field: "limit", message: "must be 1 to 10000")
        }
        let rows = try await database.query(
            HistoryQuery.sql, [.string(number.digits), .int32(Int32(limit))], deadline: .seconds(10))
        return try rows.map(HistoryQuery.entry).reversed()
    }
}

enum HistoryQuery {
    /// The ledger is found by its contacts: its key begins with them, so each day's partition costs one probe per
    /// contact.
    static let sql = """
        SELECT coalesce(l.settled_at, l.reserved_at) AS at, l.workspace_id, c.kind, coalesce(q.name, l.source_id) AS sequence,
            l.step_trigger, coalesce(d.device_name, l.device_id::text) AS device, l.attempt, l.state, l.code, l.detail,
            l.provider_id, l.delivery, l.delivery_code, l.contact_id
        FROM sequence_contacts c
        JOIN send_ledger l ON l.contact_id = c.id
        LEFT JOIN sequences q ON q.id::text = l.source_id
        LEFT JOIN user_devices d ON d.id = l.device_id
        WHERE c.recipient = $1
        ORDER BY l.reserved_at DESC, l.attempt DESC LIMIT $2
        """

    static func entry(_ row: PostgresRow) throws -> HistoryEntry {
        HistoryEntry(
            at: try row.date("at") ?? .distantPast, workspace: try row.decode(String.self, "workspace_id"),

            sequence: SourceWords.source(
                try row.decode(String.self, "kind"), try row.decode(String.self, "sequence")),
            step: try row.decode(String?.self, "step_trigger").map(SourceWords.step),
            device: try row.decode(String.self, "device"), attempt: Int(try row.decode(Int32.self, "attempt")),
            outcome: try row.decode(String.self, "state"), code: try row.decode(String?.self, "code"),
            detail: try row.decode(String?.self, "detail"), providerID: try row.decode(String?.self, "provider_id"),
            delivery: try row.decode(String?.self, "delivery"),
            deliveryCode: try row.decode(String?.self, "delivery_code"),
            contactID: try row.decode(UUID.self, "contact_id"))
    }
}
