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
    /// There are more than were asked for.
    public var hasMore: Bool
}

extension OperatorSession {
    /// Messages whose name fits, the newest runs first.
    public func messages(
        named pattern: MessagePattern, in workspace: String, most: Int
    ) async throws -> NamedMessages {
        let rows = try await database.query(
            NamedMessageQuery.sql(pattern.origin),
            [.string(workspace), .string(pattern.source), .string(pattern.like), .int64(Int64(most) + 1)],
            deadline: .seconds(10))
        let messages = try rows.prefix(most).map { row in
            NamedMessage(
                name: try row.decode(String.self, "name"), status: try row.decode(String.self, "status"),
                at: try row.date("at"), device: try row.decode(String?.self, "device"),
                code: try row.decode(String?.self, "code"))
        }
        return NamedMessages(messages: messages, hasMore: rows.count > most)
    }
}

/// People's messages are found from what they came from, one probe each: no index of contacts goes by source alone.
enum NamedMessageQuery {
    /// `$1` workspace, `$2` the source's id or NULL, `$3` the name for LIKE, `$4` how many.
    static func sql(_ origin: MessagePattern.Origin) -> String {
        """
        SELECT m.name, m.status, m.at, coalesce(d.device_name, m.device_id::text) AS device, m.code
        FROM (\(people(of: origin))) p
        CROSS JOIN LATERAL (
            SELECT * FROM sequence_contacts
            WHERE recipient = ANY (p.reach) AND source_id = p.source_id AND kind = p.kind AND workspace_id = $1
            LIMIT 1) c
        CROSS JOIN LATERAL (\(messages)) m
        LEFT JOIN user_devices d ON d.id = m.device_id
        WHERE m.name LIKE $3 LIMIT $4
        """
    }

    /// Whom the messages of an origin are for, as they may be written in the queue.
    private static func people(of origin: MessagePattern.Origin) -> String {
        switch origin {
        case .trigger:
            """
            SELECT 'trigger' AS kind, id::text AS source_id,
                ARRAY[recipient_user_id, sluice_digits(recipient_user_id)] AS reach
            FROM trigger_runs WHERE workspace_id = $1 AND \(isWanted("id")) ORDER BY id DESC
            """
        case .campaign:
            """
            SELECT 'campaign' AS kind, r.id::text AS source_id, ARRAY[s.user_id, sluice_digits(s.user_id)] AS reach
            FROM (SELECT id, page_ids FROM message_runs WHERE workspace_id = $1 AND \(isWanted("id"))
                ORDER BY id DESC) r
            CROSS JOIN LATERAL (SELECT DISTINCT page FROM unnest(r.page_ids) page) g
            JOIN meta_subscribers s ON s.page_id = g.page
            """
        case .event:
            """
            SELECT 'event' AS kind, id::text AS source_id, ARRAY[recipient] AS reach
            FROM event_messages WHERE workspace_id = $1 AND ($2::text IS NULL OR id::text = $2)
                AND recipient IS NOT NULL
            """
        }
    }

    private static func isWanted(_ id: String) -> String {
        "($2::text IS NULL OR \(id) = CASE WHEN $2 ~ '^[0-9]{1,18}$' THEN $2::bigint END)"
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
