public import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// What became of one run of a trigger: read from its one contact and that contact's few attempts.
public struct TriggerRunStats: Codable, Hashable, Sendable {
    public struct Attempts: Codable, Hashable, Sendable {
        var totalAttempts: Int
        var successful: Int
        var failed: Int
        /// Under way, or of an outcome that nobody knows.
        var pending: Int
        var successRate: String

        enum CodingKeys: String, CodingKey {
            case successful, failed, pending
            case totalAttempts = "total_attempts"
            case successRate = "success_rate"
        }
    }

    public struct ErrorCount: Codable, Hashable, Sendable {
        var code: String
        var count: Int
    }

    /// Messages of the run by where they stand: due, being sent, or due later.
    public struct Queue: Codable, Hashable, Sendable {
        var waiting = 0
        var active = 0
        var delayed = 0
    }

    var triggerRunID: Int64
    var triggerID: Int64?
    var recipient: String?
    /// A number, and text where not every reader of JSON has that number exactly.
    var pageID: EventKey?
    var flowID: String?
    var status: String
    var context: JSONValue?
    var createdAt: Date?
    var completedAt: Date?
    /// Why it failed, as `trigger_runs.error_details` has it.
    var problem: JSONValue?
    var stats: Attempts
    var errors: [ErrorCount]
    var queue: Queue

    private enum CodingKeys: String, CodingKey {
        case status, stats, queue
        case triggerRunID = "trigger_run_id"
        case triggerID = "trigger_id"
        case recipient = "recipient_user_id"
        case pageID = "page_id"
        case flowID = "flow_id"
        case context = "trigger_context"
        case createdAt = "created_at"
        case completedAt = "completed_at"
        case problem = "error_details"
        case errors = "error_breakdown"
    }

    /// With its nulls: whoever reads them expects them.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(triggerRunID, forKey: .triggerRunID)
        try values.encode(triggerID, forKey: .triggerID)
        try values.encode(recipient, forKey: .recipient)
        try values.encode(pageID, forKey: .pageID)
        try values.encode(flowID, forKey: .flowID)
        try values.encode(status, forKey: .status)
        try values.encode(context, forKey: .context)
        try values.encode(createdAt, forKey: .createdAt)
        try values.encode(completedAt, forKey: .completedAt)
        try values.encode(problem, forKey: .problem)
        try values.encode(stats, forKey: .stats)
        try values.encode(errors, forKey: .errors)
        try values.encode(queue, forKey: .queue)
    }
}

extension OperatorSession {
    private static let runSQL = """
        SELECT r.id, r.trigger_id, r.recipient_user_id, r.page_id, r.flow_id, r.status, r.trigger_context::text AS context,
            r.error_details::text AS problem, r.created_at, r.completed_at, c.claim_state > 0 AS is_active, c.status AS contact_status,
            c.next_trigger_time <= now() AS is_due,
            coalesce(a.states, '{}') AS states, coalesce(a.codes, '{}') AS codes, coalesce(a.counts, '{}') AS counts
        FROM trigger_runs r
        LEFT JOIN LATERAL (
            SELECT id, status, claim_state, next_trigger_time FROM sequence_contacts
            WHERE recipient IN (r.recipient_user_id, sluice_digits(r.recipient_user_id)) AND source_id = r.id::text
              AND kind = 'trigger' ORDER BY generation DESC LIMIT 1) c ON true
        LEFT JOIN LATERAL (
            SELECT array_agg(state) AS states, array_agg(code) AS codes, array_agg(n) AS counts FROM (
                SELECT state, CASE WHEN state = 'failed' THEN coalesce(code, 'unknown_error') ELSE '' END AS code,
                    count(*) AS n
                FROM send_ledger WHERE contact_id = c.id AND state <> 'aborted' GROUP BY 1, 2) s) a ON true
        WHERE r.id = $1 AND ($2::text IS NULL OR r.workspace_id = $2)
        """

    /// - Parameter workspace: what is in others is not found; nil: all are.
    public func triggerRunStats(_ id: Int64, in workspace: String? = nil) async throws -> TriggerRunStats {
        let rows = try await database.query(Self.runSQL, [.int64(id), .string(workspace)])
        guard let row = rows.first else {
            throw OperationsError.notFound(kind: "trigger run", given: "\(id)", nearest: [])
        }
        return try TriggerRunStats(row)
    }
}

extension TriggerRunStats {
    fileprivate init(_ row: PostgresRow) throws {
        let states = try row.decode([String].self, "states")
        let codes = try row.decode([String].self, "codes")
        let counts = try row.decode([Int64].self, "counts").map { Int($0) }
        func count(_ wanted: String...) -> Int {
            zip(states, counts).reduce(0) { wanted.contains($1.0) ? $0 + $1.1 : $0 }
        }
        let total = counts.reduce(0, +)
        let sent = count("sent")
        self.init(
            triggerRunID: try row.decode(Int64.self, "id"), triggerID: try row.decode(Int64?.self, "trigger_id"),
            recipient: try row.decode(String?.self, "recipient_user_id"),
            pageID: try row.decode(Int64?.self, "page_id").map { EventKey("\($0)") },
            flowID: try row.decode(UUID?.self, "flow_id")?.text,
            status: try row.decode(String?.self, "status") ?? "queued",
            context: try Self.json(row, "context"),
            createdAt: try row.date("created_at"), completedAt: try row.date("completed_at"),
            problem: try Self.json(row, "problem"),
            stats: Attempts(
                totalAttempts: total, successful: sent, failed: count("failed"), pending: count("reserved", "unknown"),
                successRate: Self.percentage(sent, of: total)),
            errors: zip(codes, counts).filter { !$0.0.isEmpty }.map { ErrorCount(code: $0.0, count: $0.1) }
                .sorted { ($1.count, $0.code) < ($0.count, $1.code) },
            queue: try Self.queue(row))
    }

    private static func json(_ row: PostgresRow, _ column: String) throws -> JSONValue? {
        try row.decode(String?.self, column).map { try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
    }

    private static func queue(_ row: PostgresRow) throws -> Queue {
        var queue = Queue()
        guard let status = try row.decode(String?.self, "contact_status"),
            ["active", "paused", "advance"].contains(status)
        else { return queue }
        if try row.decode(Bool.self, "is_active") {
            queue.active = 1
        } else if status == "active", try row.decode(Bool?.self, "is_due") ?? false {
            queue.waiting = 1
        } else {
            queue.delayed = 1
        }
        return queue
    }

    /// Two places, rounded down so that 100.00 % says all of them.
    static func percentage(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0.00%" }
        let hundredths = part * 10_000 / whole
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)%"
    }
}
