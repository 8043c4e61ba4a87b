public import FoundationEssentials
internal import PostgresDriver
public import SluiceStore

/// A contact of which nobody knows whether its message arrived.
public struct UnknownLine: Codable, Hashable, Sendable {
    public var contactID: UUID
    public var phone: String?
    public var workspace: String
    public var sequence: String
    public var step: String?
    public var device: String?
    public var at: Date?
    public var code: String?
    /// Until then the gateway may still accept the message; only afterwards may it be sent again.
    public var openUntil: Date?
}

/// Which of the unknown contacts are meant.
public enum UnknownChoice: Hashable, Sendable {
    case all
    /// A contact's id or a phone number each.
    case these([String])
}

/// What was resolved.
public struct UnknownReport: Codable, Hashable, Sendable {
    public var resolved: Int
    /// Not sent again, because the first message may still be accepted.
    public var tooEarly: Int
    public var retryAt: Date?
}

extension OperatorSession {
    /// The oldest first.
    public func listUnknown(limit: Int = 1_000) async throws -> [UnknownLine] {
        try await database.query(UnknownQuery.listSQL, [.int32(Int32(clamping: limit))]).map { row in
            UnknownLine(
                contactID: try row.decode(UUID.self, "id"), phone: try row.decode(String?.self, "contact_phone"),
                workspace: try row.decode(String.self, "workspace_id"),
                sequence: try row.decode(String.self, "sequence"),
                step: try row.decode(String?.self, "current_trigger").map(SourceWords.step),
                device: try row.decode(String?.self, "device"),
                at: try row.date("at"), code: try row.decode(String?.self, "code"),
                openUntil: try row.date("open_until"))
        }
    }

    /// Says what became of them. A contact that is not unknown is left alone.
    /// - Throws: ``OperationsError`` when a choice names nobody, or nobody unknown.
    public func resolveUnknown(_ choice: UnknownChoice, as truth: UnknownResolution.Truth) async throws -> UnknownReport
    {
        var report = UnknownReport(resolved: 0, tooEarly: 0)
        switch choice {
        case .these(let subjects):
            var ids: [UUID] = []
            for subject in subjects { ids += try await unknownContacts(of: subject) }
            for start in stride(from: 0, to: ids.count, by: UnknownQuery.chunk) {
                report.add(try await resolve(Array(ids[start..<min(start + UnknownQuery.chunk, ids.count)]), truth))
            }
        case .all:
            var after = UUID.lowest
            while true {
                let ids = try await database.query(
                    UnknownQuery.pageSQL, [.uuid(after), .int32(Int32(UnknownQuery.chunk))]
                ).column(UUID.self, at: 0)
                guard let last = ids.last else { break }
                report.add(try await resolve(ids, truth))
                after = last
            }
        }
        return report
    }

    private func resolve(_ ids: [UUID], _ truth: UnknownResolution.Truth) async throws -> UnknownReport {
        try await change { change in
            let result = try await UnknownResolution(change.transaction).resolve(ids, as: truth)
            for id in result.resolved {
                try await change.record(
                    "unknown.\(truth.rawValue)", target: id.text, before: ["status": "unknown"],
                    after: ["truth": truth.rawValue])
            }
            return UnknownReport(
                resolved: result.resolved.count, tooEarly: result.tooEarly.count,
                retryAt: result.retryAt.map { Date(microseconds: $0.microsecondsSinceEpoch) })
        }
    }

    private func unknownContacts(of subject: String) async throws -> [UUID] {
        let rows: PostgresResult
        if let id = UUID(uuidString: subject) {
            rows = try await database.query(
                "SELECT id, status FROM sequence_contacts WHERE id = $1", [.uuid(id)])
        } else {
            rows = try await database.query(
                "SELECT id, status FROM sequence_contacts WHERE recipient = $1 ORDER BY id LIMIT 1000",
                [.string(try PhoneNumber(subject).digits)])
        }
        guard !rows.isEmpty else { throw OperationsError.notFound(kind: "contact", given: subject, nearest: []) }
        let unknown = try rows.filter { try $0.decode(String?.self, "status") == "unknown" }
        guard !unknown.isEmpty else {
            throw OperationsError.refused(
                code: "not_unknown", message: "nothing of \"\(subject)\" is unknown; see `sluice why \(subject)`")
        }
        return try unknown.map { try $0.decode(UUID.self, "id") }
    }
}

extension UnknownReport {
    fileprivate mutating func add(_ other: UnknownReport) {
        resolved += other.resolved
        tooEarly += other.tooEarly
        retryAt = [retryAt, other.retryAt].compactMap(\.self).max()
    }
}

extension UUID {
    fileprivate static let lowest = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}

enum UnknownQuery {
    static let chunk = 500

    static let pageSQL = "SELECT id FROM sequence_contacts WHERE status = 'unknown' AND id > $1 ORDER BY id LIMIT $2"

    static let listSQL = """
        SELECT c.id, c.contact_phone, c.workspace_id, coalesce(q.name, c.source_id) AS sequence, c.current_trigger,
            coalesce(d.device_name, d.id::text) AS device, coalesce(l.settled_at, l.reserved_at, c.updated_at) AS at,
            coalesce(l.code, c.last_error) AS code, CASE WHEN l.deadline > now() THEN l.deadline END AS open_until
        FROM sequence_contacts c
        LEFT JOIN sequences q ON q.id = c.sequence_id
        LEFT JOIN user_devices d ON d.id = c.assigned_device_id
        LEFT JOIN LATERAL (SELECT settled_at, reserved_at, code, deadline FROM send_ledger
            WHERE contact_id = c.id AND attempt = c.attempts ORDER BY day DESC LIMIT 1) l ON true
        WHERE c.status = 'unknown' ORDER BY at, c.id LIMIT $1
        """
}
