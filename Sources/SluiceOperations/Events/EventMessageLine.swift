internal import PostgresDriver
internal import SluiceCore

/// A message of an event as its caller is told of it. Times are in the event's zone.
public struct EventMessageLine: Codable, Hashable, Sendable {
    public var id: EventKey
    /// `event-message-17`
    public var name: String
    public var eventId: EventKey?
    public var contractorId: EventKey?
    public var messageType: String?
    public var messageCategory: String?
    public var channel: String?
    public var sessionId: Int64?
    /// `scheduled`, `sent`, `failed` or `cancelled`.
    public var status: String
    /// Nil while it cannot be known.
    public var scheduledTime: String?
    public var actualSendTime: String?
    public var delayMinutes: Double?
    /// Why it was not sent, or is not yet, as a code. `unknown`: it may have been sent, and an operator has to say.
    public var errorMessage: String?
    public var responseReceived: String?
    public var pcrScore: Double?
    public var sentimentScore: Double?
    public var actionTaken: String?

    static let statuses = ["scheduled", "sent", "failed", "cancelled"]
}

/// A page of messages, the earliest first.
public struct EventMessagePage: Codable, Hashable, Sendable {
    public var messages: [EventMessageLine]
    /// Where the next page begins; nil on the last one.
    public var nextCursor: String?

    /// Messages that are all there is.
    public init(messages: [EventMessageLine], nextCursor: String? = nil) {
        self.messages = messages
        self.nextCursor = nextCursor
    }
}

/// Which messages are meant.
public struct EventMessageFilter: Hashable, Sendable {
    public var event: EventKey?
    public var contractor: EventKey?
    public var status: String?
    /// Only what is due within so many hours from now.
    public var withinHours: Int?
    public var cursor: String?
    public var limit = 100

    public init() {}

    public static let mostRows = 1_000
    /// Ten years.
    public static let mostHours = 87_600
}

extension OperatorSession {
    /// - Throws: ``OperationsError`` when the cursor is none, or the event is not there.
    public func eventMessages(_ filter: EventMessageFilter, in workspace: String) async throws -> EventMessagePage {
        try await WorkspaceLookup.require(workspace, on: database)
        if let event = filter.event { try await EventLookup.require(event, in: workspace, on: database) }
        if let status = filter.status, !EventMessageLine.statuses.contains(status) {
            throw OperationsError.invalid(
                field: "status", message: "must be one of \(EventMessageLine.statuses.joined(separator: ", "))")
        }
        let after = try filter.cursor.map(TimeCursor.init)
        let limit = min(max(filter.limit, 1), EventMessageFilter.mostRows)
        let rows = try await database.query(
            """
            \(EventMessageLine.sql)
            WHERE m.workspace_id = $1 AND m.direction IS DISTINCT FROM 'inbound'
              AND ($2::text IS NULL OR m.event_id::text = $2) AND ($3::text IS NULL OR m.contractor_id::text = $3)
              AND ($4::text IS NULL OR m.status = $4)
              AND ($5::float8 IS NULL OR m.scheduled_time BETWEEN now() AND now() + $5 * interval '1 hour')
              AND ($6::timestamptz IS NULL OR (coalesce(m.scheduled_time, 'infinity'), m.id::text) > ($6, $7))
            ORDER BY coalesce(m.scheduled_time, 'infinity'), m.id::text LIMIT $8
            """,
            [
                .string(workspace), .string(filter.event?.text), .string(filter.contractor?.text),
                .string(filter.status), .double(filter.withinHours.map(Double.init)), .timestamp(after?.time),
                .string(after?.id), .int64(Int64(limit + 1)),
            ])
        let lines = try rows.prefix(limit).map(EventMessageLine.init)
        let next = rows.count > limit ? try TimeCursor(after: rows[limit - 1]).description : nil
        return EventMessagePage(messages: lines, nextCursor: next)
    }

    /// - Throws: ``OperationsError/notFound(kind:given:nearest:)``.
    public func eventMessage(_ id: EventKey, in workspace: String) async throws -> EventMessageLine {
        try await Self.eventMessage(id, in: workspace, on: database)
    }

    static func eventMessage(
        _ id: EventKey, in workspace: String, on database: any PostgresExecutor
    ) async throws -> EventMessageLine {
        let rows = try await database.query(
            "\(EventMessageLine.sql) WHERE m.id::text = $1 AND m.workspace_id = $2",
            [.string(id.text), .string(workspace)])
        guard let row = rows.first else {
            throw OperationsError.notFound(kind: "event message", given: id.text, nearest: [])
        }
        return try EventMessageLine(row)
    }
}

/// What a request is about, within its workspace.
enum EventLookup {
    /// - Throws: ``OperationsError/notFound(kind:given:nearest:)`` for an event that is not there, or another's.
    static func require(_ event: EventKey, in workspace: String, on database: any PostgresExecutor) async throws {
        let found = try await database.query(
            "SELECT FROM events WHERE id::text = $1 AND workspace_id = $2", [.string(event.text), .string(workspace)])
        if found.isEmpty { throw OperationsError.notFound(kind: "event", given: event.text, nearest: []) }
    }

    static func require(
        contractor: EventKey, in workspace: String, on database: any PostgresExecutor
    ) async throws {
        let found = try await database.query(
            "SELECT FROM contractors WHERE id::text = $1 AND workspace_id = $2",
            [.string(contractor.text), .string(workspace)])
        if found.isEmpty { throw OperationsError.notFound(kind: "contractor", given: contractor.text, nearest: []) }
    }
}

extension EventMessageLine {
    static let sql = """
        SELECT m.id::text AS id, m.event_id::text AS event_id, m.contractor_id::text AS contractor_id, m.message_type,
            m.message_category, m.channel, m.session_id, m.status, m.delay_minutes::float8 AS delay_minutes,
            m.error_message, m.response_received, m.pcr_score::float8 AS pcr_score,
            m.sentiment_score::float8 AS sentiment_score, m.action_taken,
            coalesce(m.scheduled_time, 'infinity') AS place,
            \(inZone("m.scheduled_time", as: "scheduled")), \(inZone("m.actual_send_time", as: "actual"))
        FROM event_messages m
        LEFT JOIN workspaces w ON w.id = m.workspace_id
        LEFT JOIN events e ON e.id::text = m.event_id::text AND e.workspace_id = m.workspace_id
        """

    /// An instant in microseconds, and the offset it is told in. One that is infinite, in a table that was here before
    /// Sluice, is none.
    static func inZone(_ column: String, as name: String) -> String {
        let time = "(CASE WHEN isfinite(\(column)) THEN \(column) END)"
        return """
            (extract(epoch FROM \(time)) * 1000000)::bigint AS \(name),
                extract(epoch FROM (\(time) AT TIME ZONE coalesce(e.time_zone, w.time_zone, 'UTC'))
                    - (\(time) AT TIME ZONE 'UTC'))::int AS \(name)_offset
            """
    }

    /// A time that ``inZone(_:as:)`` selected.
    static func time(_ name: String, of row: PostgresRow) throws -> String? {
        guard let microseconds = try row.decode(Int64?.self, name) else { return nil }
        let offset = Int(try row.decode(Int32.self, "\(name)_offset"))
        return "\(OffsetTime(time: DatabaseTime(microseconds: microseconds), offset: offset))"
    }

    init(_ row: PostgresRow) throws {
        let id = try row.decode(String.self, "id")
        self.init(
            id: EventKey(id), name: "event-message-\(id)",
            eventId: try row.decode(String?.self, "event_id").map(EventKey.init),
            contractorId: try row.decode(String?.self, "contractor_id").map(EventKey.init),
            messageType: try row.decode(String?.self, "message_type"),
            messageCategory: try row.decode(String?.self, "message_category"),
            channel: try row.decode(String?.self, "channel"), sessionId: try row.decode(Int64?.self, "session_id"),
            status: try row.decode(String?.self, "status") ?? "scheduled",
            scheduledTime: try Self.time("scheduled", of: row), actualSendTime: try Self.time("actual", of: row),
            delayMinutes: try row.decode(Double?.self, "delay_minutes"),
            errorMessage: try row.decode(String?.self, "error_message"),
            responseReceived: try row.decode(String?.self, "response_received"),
            pcrScore: try row.decode(Double?.self, "pcr_score"),
            sentimentScore: try row.decode(Double?.self, "sentiment_score"),
            actionTaken: try row.decode(String?.self, "action_taken"))
    }
}
