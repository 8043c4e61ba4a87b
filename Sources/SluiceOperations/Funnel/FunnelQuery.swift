internal import FoundationEssentials
internal import PostgresDriver

/// Counts contacts where they stand, and messages that the ledger has as sent, when somebody asks.
///
/// Not by counters: they would be one more write in each settle, for an answer that is asked for now and then. It costs one
/// pass over the contacts (of a sequence its own, by their index) and one over the days of the ledger since what is asked
/// about was made; docs/flows.md has the figures. At most ``mostTime``.
struct FunnelQuery {
    enum Kind: String {
        case sequence, flow, campaign
    }

    static let mostTime: Duration = .seconds(60)

    private let kind: Kind
    private let id: String

    init(_ kind: Kind, _ id: String) {
        self.kind = kind
        self.id = id
    }

    func funnel(on database: any PostgresExecutor) async throws -> Funnel {
        let source = try await database.query(sourceSQL, [.string(id)])
        guard let source = source.first else {
            throw OperationsError.notFound(kind: kind.rawValue, given: id, nearest: [])
        }
        let workspace = try source.decode(String.self, "workspace_id")
        let rows = try await database.query(
            sql,
            [
                .string(id), .string(workspace), .string(try source.decode(String?.self, "flow_id")),
                .string(try source.decode(String.self, "since")),
            ], deadline: Self.mostTime)
        var funnel = Funnel(
            kind: kind.rawValue, id: id, name: try source.decode(String.self, "name"), workspace: workspace, steps: [],
            elsewhere: 0, sentSince: try source.date("sent_since"))
        for row in rows {
            let step = try Funnel.Step(row)
            if try row.decode(String?.self, "step") == nil {
                funnel.elsewhere = step.entered
            } else {
                funnel.steps.append(step)
            }
        }
        return funnel
    }

    /// `$1` the id. `since`: the day it was made; `sent_since`: that, or the first day that the ledger still has.
    private var sourceSQL: String {
        let made = "coalesce(x.created_at, '-infinity')"
        let columns = """
            x.workspace_id, (\(made) AT TIME ZONE 'UTC')::date::text AS since,
                greatest(\(made), (SELECT min(substr(c.relname, 13))::date FROM pg_inherits i
                    JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'send_ledger'::regclass)) AS sent_since
            """
        return switch kind {
        case .sequence:
            "SELECT coalesce(x.name, x.id::text) AS name, NULL AS flow_id, \(columns) FROM sequences x WHERE x.id::text = $1"
        case .flow:
            "SELECT coalesce(x.name, x.id::text) AS name, x.id::text AS flow_id, \(columns) FROM flows x WHERE x.id::text = $1"
        case .campaign:
            "SELECT 'run_' || x.id AS name, x.flow_id::text AS flow_id, \(columns) FROM message_runs x WHERE x.id::text = $1"
        }
    }

    /// `$1` the id, `$2` the workspace, `$3` the flow, `$4` the first day. A row of each step in their order, and one without
    /// a step for the contacts of none.
    private var sql: String {
        """
        WITH given AS (SELECT $1::text, $2::text, $3::text, $4::text),
        written AS MATERIALIZED (
            \(stepsSQL)
        ), tested AS MATERIALIZED (
            -- Whom a flow was only tried out on: they came nowhere.
            SELECT c.id FROM trigger_runs r JOIN sequence_contacts c
                ON c.recipient IN (r.recipient_user_id, sluice_digits(r.recipient_user_id))
                AND c.source_id = r.id::text AND c.kind = 'trigger' AND c.workspace_id = $2
            WHERE r.is_test AND r.flow_id = $3::uuid
        ), step AS MATERIALIZED (
            -- A node of a flow stands where its latest version has it; nodes that are gone come last.
            SELECT name, array_agg(trigger) AS triggers, max(version) AS version,
                (array_agg(place ORDER BY version DESC))[1] AS place,
                (array_agg(is_decision ORDER BY version DESC))[1] AS is_decision,
                (array_agg(text ORDER BY version DESC))[1] AS text
            FROM written GROUP BY name
        ), standing AS MATERIALIZED (
            SELECT current_trigger AS trigger, status, claim_state = 2 AS is_reserved, count(*) AS n
            FROM sequence_contacts c WHERE \(contacts) AND c.current_trigger IS NOT NULL GROUP BY 1, 2, 3
        ), told AS MATERIALIZED (
            SELECT step_trigger AS trigger, count(*) FILTER (WHERE l.state = 'sent') AS sent,
                count(*) FILTER (WHERE l.state = 'unknown') AS unknown
            FROM send_ledger l
            WHERE l.state IN ('sent', 'unknown') AND l.workspace_id = $2 AND l.day >= $4::date AND \(messages) GROUP BY 1
        ), here AS (
            SELECT s.name, sum(n) FILTER (WHERE status IN ('active', 'advance') AND NOT is_reserved) AS waiting,
                sum(n) FILTER (WHERE status = 'active' AND is_reserved) AS in_flight,
                sum(n) FILTER (WHERE status = 'failed') AS failed, sum(n) FILTER (WHERE status = 'paused') AS held,
                sum(n) FILTER (WHERE status = 'cancelled') AS cancelled,
                sum(n) FILTER (WHERE status = 'completed') AS completed,
                sum(n) FILTER (WHERE status NOT IN ('completed', 'unknown')) AS unsent
            FROM standing t LEFT JOIN written w ON w.trigger = t.trigger LEFT JOIN step s ON s.name = w.name GROUP BY 1
        ), gone AS (
            SELECT w.name, sum(sent) AS sent, sum(unknown) AS unknown FROM told t JOIN written w ON w.trigger = t.trigger GROUP BY 1
        )
        SELECT s.name AS step, left(btrim(s.text), 60) AS text, coalesce(s.is_decision, false) AS is_decision,
            \(["waiting", "in_flight", "failed", "held", "cancelled", "completed", "unsent"]
                .map { "coalesce(h.\($0), 0)::bigint AS \($0)" }.joined(separator: ", ")),
            coalesce(g.sent, 0)::bigint AS sent, coalesce(g.unknown, 0)::bigint AS unknown
        FROM step s FULL JOIN here h ON h.name = s.name LEFT JOIN gone g ON g.name = s.name
        ORDER BY s.version DESC NULLS LAST, s.place, s.name
        """
    }

    /// `name`, `trigger`, `version`, `place`, `is_decision`, `text`.
    private var stepsSQL: String {
        switch kind {
        case .sequence:
            """
            SELECT trigger AS name, trigger, 0 AS version, row_number() OVER (ORDER BY day_number, id) AS place,
                is_decision, coalesce(content, message_text) AS text
            FROM sequence_steps WHERE sequence_id = $1::uuid AND workspace_id = $2 AND trigger IS NOT NULL
            """
        case .flow, .campaign:
            """
            SELECT coalesce(node_id, trigger) AS name, trigger, split_part(trigger, ':', 3)::int AS version,
                day_number::bigint AS place, is_decision, content AS text
            FROM sequence_steps WHERE flow_id = $3::uuid AND workspace_id = $2
            """
        }
    }

    private var contacts: String {
        switch kind {
        case .sequence: "c.sequence_id = $1::uuid AND c.workspace_id = $2"
        case .flow:
            """
            c.current_trigger IN (SELECT trigger FROM written) AND c.workspace_id = $2
              AND c.id NOT IN (SELECT id FROM tested)
            """
        case .campaign: "c.kind = 'campaign' AND c.source_id = $1 AND c.workspace_id = $2"
        }
    }

    /// A run of a trigger may have the number of a campaign's: only the contact says which it is.
    private var messages: String {
        switch kind {
        case .sequence: "l.source_id = $1"
        case .flow:
            "l.step_trigger IN (SELECT trigger FROM written) AND l.contact_id NOT IN (SELECT id FROM tested)"
        case .campaign:
            """
            l.source_id = $1 AND l.contact_id IN (SELECT c.id FROM sequence_contacts c WHERE \(contacts))
            """
        }
    }
}

extension Funnel.Step {
    fileprivate init(_ row: PostgresRow) throws {
        func count(_ column: String) throws -> Int { Int(try row.decode(Int64.self, column)) }
        let (sent, unknown) = (try count("sent"), try count("unknown"))
        self.init(
            step: try row.decode(String?.self, "step") ?? "", text: try row.decode(String?.self, "text"),
            isDecision: try row.decode(Bool.self, "is_decision"), entered: sent + unknown + (try count("unsent")),
            waiting: try count("waiting"), inFlight: try count("in_flight"), sent: sent, failed: try count("failed"),
            held: try count("held"), unknown: unknown, cancelled: try count("cancelled"),
            completed: try count("completed"))
    }
}
