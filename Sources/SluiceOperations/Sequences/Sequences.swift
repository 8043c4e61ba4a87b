public import FoundationEssentials
internal import PostgresDriver
internal import SluiceStore

/// A sequence with its contacts by status.
public struct SequenceLine: Codable, Hashable, Sendable {
    public var id: UUID
    public var name: String
    public var workspace: String
    public var isActive: Bool
    public var steps: Int
    public var contacts: [String: Int]
    /// How many may enter; nil: any number.
    public var enrollmentLimit: Int?
    /// How many have, since it is limited, and how many wait until it is raised: counted up to 100,000.
    public var entered: Int?
    public var waitingForRoom: Int?
}

extension OperatorSession {
    public func listSequences(workspace: String? = nil) async throws -> [SequenceLine] {
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(
            """
            SELECT q.id, coalesce(q.name, q.id::text) AS name, q.workspace_id, coalesce(q.is_active, false)
                AS is_active,
                (SELECT count(*) FROM sequence_steps st WHERE st.sequence_id = q.id)::int AS steps,
                coalesce(t.statuses, '{}') AS statuses, coalesce(t.counts, '{}') AS counts,
                q.enrollment_limit, m.entered, CASE WHEN m.entered IS NOT NULL THEN (SELECT count(*) FROM (
                    SELECT FROM sequence_contacts c WHERE c.hold_reason = '\(HoldReason.enrollmentLimit.rawValue)'
                      AND c.workspace_id = q.workspace_id AND c.sequence_id = q.id
                      LIMIT \(ContactQueries.mostHeld)) h) END AS waiting
            FROM sequences q
            LEFT JOIN enrollment_limits m ON m.sequence_id = q.id
            LEFT JOIN (
                SELECT source_id, array_agg(status) AS statuses, array_agg(n) AS counts FROM contact_counts
                WHERE kind = 'sequence' GROUP BY source_id) t ON t.source_id = q.id::text
            WHERE $1::text IS NULL OR q.workspace_id = $1
            ORDER BY q.workspace_id, q.name, q.id LIMIT 10000
            """, [.string(workspace)])
        return try rows.map { row in
            let statuses = try row.decode([String].self, "statuses")
            let counts = try row.decode([Int64].self, "counts").map { Int($0) }
            return SequenceLine(
                id: try row.decode(UUID.self, "id"), name: try row.decode(String.self, "name"),
                workspace: try row.decode(String.self, "workspace_id"),
                isActive: try row.decode(Bool.self, "is_active"),
                steps: Int(try row.decode(Int32.self, "steps")),
                contacts: Dictionary(zip(statuses, counts), uniquingKeysWith: +),
                enrollmentLimit: try row.decode(Int32?.self, "enrollment_limit").map(Int.init),
                entered: try row.decode(Int64?.self, "entered").map { Int($0) },
                waitingForRoom: try row.decode(Int64?.self, "waiting").map { Int($0) })
        }
    }

    /// Its contacts are held within a second, and stay where they are.
    public func pauseSequence(_ given: String) async throws { try await setActive(given, false) }

    public func resumeSequence(_ given: String) async throws { try await setActive(given, true) }

    /// How many may enter a sequence; nil: any number. Whoever comes then waits, held by name, until it is raised.
    /// - Throws: ``OperationsError``: no such sequence, or a limit below 0.
    public func limitSequence(_ given: String, to limit: Int?) async throws {
        guard let most = limit.map({ Int32(exactly: $0) }) ?? Int32(0), most >= 0 else {
            throw OperationsError.invalid(field: "limit", message: "must be from 0 to \(Int32.max)")
        }
        try await change { change in
            let id = try await SequenceLookup.find(given, on: change.transaction)
            let before = try await change.query(
                """
                WITH before AS (SELECT id, enrollment_limit FROM sequences WHERE id = $1 FOR UPDATE)
                UPDATE sequences q SET enrollment_limit = $2, updated_at = now() FROM before b WHERE q.id = b.id
                RETURNING b.enrollment_limit
                """, [.uuid(id), .int32(limit == nil ? nil : most)]
            ).scalar(Int32?.self)
            try await change.record(
                "sequences.limit", target: id.text, before: ["enrollmentLimit": before],
                after: ["enrollmentLimit": limit])
        }
    }

    private func setActive(_ given: String, _ isActive: Bool) async throws {
        try await change { change in
            let id = try await SequenceLookup.find(given, on: change.transaction)
            let before = try await change.query(
                """
                WITH before AS (SELECT id, coalesce(is_active, false) AS is_active FROM sequences WHERE id = $1 FOR
                    UPDATE)
                UPDATE sequences q SET is_active = $2, updated_at = now() FROM before b WHERE q.id = b.id
                RETURNING b.is_active
                """, [.uuid(id), .bool(isActive)]
            ).scalar(Bool.self)
            try await change.record(
                isActive ? "sequences.resume" : "sequences.pause", target: id.text, before: ["isActive": before],
                after: ["isActive": isActive])
        }
    }
}

/// Finds a sequence by its id or its name.
enum SequenceLookup {
    /// - Parameter workspace: what is in others is not seen; nil: all are.
    static func find(
        _ given: String, in workspace: String? = nil, on database: any PostgresExecutor
    ) async throws -> UUID {
        let ids = try await database.query(
            """
            SELECT id FROM sequences WHERE (id = $1 OR name = $2) AND ($3::text IS NULL OR workspace_id = $3)
            ORDER BY id LIMIT 20
            """, [.uuid(UUID(uuidString: given)), .string(given), .string(workspace)]
        ).column(UUID.self, at: 0)
        if ids.count > 1 { throw OperationsError.ambiguous(kind: "sequence", given: given, ids: ids.map(\.text)) }
        guard let only = ids.first else {
            let names = try await database.query(
                """
                SELECT name FROM sequences WHERE name IS NOT NULL AND ($1::text IS NULL OR workspace_id = $1)
                ORDER BY id LIMIT 10000
                """, [.string(workspace)])
            throw OperationsError.notFound(
                kind: "sequence", given: given,
                nearest: NearMatches.of(given, among: try names.column(String.self, at: 0)))
        }
        return only
    }
}
