public import FoundationEssentials
internal import PostgresDriver

/// One message by its name, and how far it is.
public struct NamedMessage: Codable, Hashable, Sendable {
    /// `trigger_{run}_page_{page}_user_{user}_msg_{number}`, `run_…` alike, or `event-message-{id}`.
    public var name: String
    /// `waiting`, `active` (on its way), `sent`, `failed` or `unknown`.
    public var status: String
    /// When it was sent or failed; of one that waits when it is due.
    public var at: Date?
    public var device: String?
    /// Why it was not sent, or is not yet.
    public var code: String?
}

/// Messages of a list by name.
public struct NamedMessages: Codable, Hashable, Sendable {
    public var messages: [NamedMessage]
    /// Give it as `cursor` to go on; nil when that was all.
    public var nextCursor: String?
}

extension OperatorSession {
    /// Messages whose name fits, the newest runs first.
    /// - Parameter cursor: of the page before.
    /// - Throws: ``OperationsError/invalid(field:message:)`` for a cursor that is none.
    public func messages(
        named pattern: MessagePattern, in workspace: String, after cursor: String? = nil, most: Int
    ) async throws -> NamedMessages {
        let last = try cursor.map { text throws(OperationsError) in
            try MessageCursor(text, of: pattern.origin)
        }
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(
            NamedMessageQuery.sql(pattern.origin),
            [
                .string(workspace), .string(pattern.source), .string(pattern.like), .int64(Int64(most) + 1),
                .string(last?.source), .int64(last?.page), .string(last?.person), .int32(last?.moves),
            ], deadline: .seconds(10))
        let messages = try rows.prefix(most).map { row in
            NamedMessage(
                name: try row.decode(String.self, "name"), status: try row.decode(String.self, "status"),
                at: try row.date("at"), device: try row.decode(String?.self, "device"),
                code: try row.decode(String?.self, "code"))
        }
        guard rows.count > most else { return NamedMessages(messages: messages) }
        return NamedMessages(messages: messages, nextCursor: try MessageCursor(rows[most - 1]).text)
    }
}

extension MessageCursor {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            source: try row.decode(String.self, "source_id"), page: try row.decode(Int64.self, "page"),
            person: try row.decode(String.self, "person"), moves: try row.decode(Int32.self, "moves"))
    }
}

/// People's messages are found from what they came from, one probe each: no index of contacts goes by source alone.
///
/// In the order of the runs, the pages, the people and each one's messages. Every part is ordered by itself, and each is
/// looked through for one row of the one before it, so that a page reads no more than it shows.
enum NamedMessageQuery {
    /// `$1` workspace, `$2` the source's id or NULL, `$3` the name for LIKE, `$4` how many, `$5` to `$8` the source, the
    /// page, the person and the place of the last message before, or NULL.
    static func sql(_ origin: MessagePattern.Origin) -> String {
        """
        SELECT m.name, m.status, m.at, m.code,
            coalesce((SELECT d.device_name FROM user_devices d WHERE d.id = m.device_id), m.device_id::text) AS device,
            p.source_id, p.page, p.person, m.moves
        FROM (\(people(of: origin))) p
        CROSS JOIN LATERAL (
            SELECT * FROM sequence_contacts
            WHERE recipient = ANY (p.reach) AND source_id = p.source_id AND kind = p.kind AND workspace_id = $1
              AND (p.kind <> 'campaign' OR page_id = p.page)
            LIMIT 1) c
        CROSS JOIN LATERAL (\(messages)) m
        WHERE m.name LIKE $3 AND ($5::text IS NULL
            OR (p.source_id, p.page, p.person) IS DISTINCT FROM ($5, $6::bigint, $7::text) OR m.moves > $8::int)
        LIMIT $4
        """
    }

    /// Whom the messages of an origin are for, as they may be written in the queue.
    private static func people(of origin: MessagePattern.Origin) -> String {
        switch origin {
        case .trigger:
            """
            SELECT 'trigger' AS kind, id::text AS source_id, 0::bigint AS page, '' AS person,
                ARRAY[recipient_user_id, sluice_digits(recipient_user_id)] AS reach
            FROM trigger_runs WHERE workspace_id = $1 AND \(isWanted("id")) ORDER BY id DESC
            """
        case .campaign:
            """
            SELECT 'campaign' AS kind, r.id::text AS source_id, g.page, s.person,
                ARRAY[s.person, sluice_digits(s.person)] AS reach
            FROM (SELECT id, page_ids FROM message_runs WHERE workspace_id = $1 AND \(isWanted("id"))
                ORDER BY id DESC) r
            CROSS JOIN LATERAL (
                SELECT DISTINCT page FROM unnest(r.page_ids) page
                WHERE CASE WHEN r.id::text = $5 THEN page >= $6 ELSE true END ORDER BY page) g
            CROSS JOIN LATERAL (
                SELECT DISTINCT user_id AS person FROM meta_subscribers
                WHERE page_id = g.page
                  AND user_id >= CASE WHEN r.id::text = $5 AND g.page = $6 THEN $7 ELSE '' END
                ORDER BY user_id) s
            """
        case .event:
            """
            SELECT 'event' AS kind, id::text AS source_id, 0::bigint AS page, '' AS person, ARRAY[recipient] AS reach
            FROM event_messages WHERE workspace_id = $1 AND ($2::text IS NULL OR id::text = $2)
                AND recipient IS NOT NULL
                AND ($5::text IS NULL OR (length(id::text), id::text) <= (length($5), $5))
            ORDER BY length(id::text) DESC, id::text DESC
            """
        }
    }

    private static func isWanted(_ id: String) -> String {
        """
        ($2::text IS NULL OR \(id) = CASE WHEN $2 ~ '^[0-9]{1,18}$' THEN $2::bigint END)
            AND \(id) <= coalesce($5::text::bigint, \(Int64.max))
        """
    }

    /// Messages of the contact `c`: what its attempts came to, and the one it stands at. Of an attempt that is to be made
    /// again, only that.
    private static let messages = """
        SELECT DISTINCT ON (moves) a.*, sluice_message_name(c.kind, c.source_id, c.page_id, c.recipient, moves) AS name
        FROM (
            SELECT moves, attempt, CASE state WHEN 'reserved' THEN 'active' ELSE state END AS status,
                coalesce(settled_at, reserved_at) AS at, device_id, code
            FROM send_ledger
            WHERE contact_id = c.id AND generation = c.generation AND state <> 'aborted'
            UNION ALL
            SELECT c.moves, c.attempts + 1, 'waiting', c.next_trigger_time, c.assigned_device_id, c.hold_reason
            WHERE c.status IN ('active', 'paused') AND c.claim_state <> 2) a
        ORDER BY moves, attempt DESC
        """
}
