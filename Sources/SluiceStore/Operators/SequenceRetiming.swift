public import FoundationEssentials
public import PostgresDriver

/// An operator has changed delays or times of day of a sequence, and those who wait are to wait by them too.
///
/// A contact's base is the settlement of the message before, as the send ledger has it, and its delay is that of the
/// step which sent it, as the step is now: what settle would say if it happened again. Left as they are: contacts at
/// the step they entered by, those that wait for a retry, those that are claimed or locked (their message goes out by
/// the time they have), and those whose last message the ledger does not hold any more. Doing it twice changes nothing.
public struct SequenceRetiming: Sendable {
    /// Contacts that one statement looks at: about 100 ms of the database.
    public static let chunk = 1_000

    /// One chunk of a sequence's contacts.
    public struct Chunk: Sendable {
        public var isLast: Bool
        /// Where the next one goes on.
        public var cursor: String
        public var changed: Int
        public var unchanged: Int
        /// Contacts without a record of their last message.
        public var unrecorded: Int
        /// The earliest of the new due times.
        public var earliest: PostgresTimestamp?
    }

    private let database: any PostgresExecutor

    /// `database` must be an operator's: the triggers that see what it writes wake the lanes.
    public init(_ database: any PostgresExecutor) { self.database = database }

    /// Looks at the contacts of `sequence` after `cursor`, which begins as the empty text.
    public func retime(_ sequence: UUID, after cursor: String, isDryRun: Bool) async throws -> Chunk {
        let rows = try await database.query(
            isDryRun ? Self.dryRun : Self.sql, [.uuid(sequence), .string(cursor), .int32(Int32(Self.chunk))],
            deadline: .seconds(30))
        let row = rows[0]
        return Chunk(
            isLast: try row.decode(Int32.self, "seen") < Self.chunk,
            cursor: try row.decode(String?.self, "cursor") ?? cursor,
            changed: Int(try row.decode(Int32.self, "changed")),
            unchanged: Int(try row.decode(Int32.self, "unchanged")),
            unrecorded: Int(try row.decode(Int32.self, "unrecorded")),
            earliest: try row.decode(PostgresTimestamp?.self, "earliest"))
    }

    private static let dryRun =
        judging("")
            + """
            SELECT \(summary) FROM judged
            """

    private static let sql =
        judging("FOR UPDATE OF c SKIP LOCKED")
            + """
            , retimed AS (
                UPDATE sequence_contacts c SET next_trigger_time = j.due, updated_at = now()
                FROM judged j WHERE c.id = j.id AND j.due <> j.next_trigger_time
            )
            SELECT \(summary) FROM judged
            """

    /// The chunk goes by the users' own unique key, which stays as it is while due times change.
    private static func judging(_ locking: String) -> String {
        """
        WITH chunk AS MATERIALIZED (
            SELECT id, contact_phone FROM sequence_contacts WHERE sequence_id = $1 AND contact_phone > $2
            ORDER BY contact_phone LIMIT $3
        ), waiting AS MATERIALIZED (
            SELECT c.id, c.workspace_id, c.generation, c.moves, c.attempts, c.current_trigger, c.time_zone,
                c.next_trigger_time
            FROM sequence_contacts c
            WHERE c.id IN (SELECT id FROM chunk) AND c.status = 'active' AND c.claim_state = 0 AND c.moves > 0
              AND coalesce(c.retry_count, 0) <= 0
            ORDER BY c.id \(locking)
        ), judged AS MATERIALIZED (
            SELECT w.id, w.next_trigger_time, CASE WHEN st.id IS NOT NULL THEN
                sluice_due(l.settled_at, \(SettleMove.delay(of: "st")), nx.time_schedule::text,
                    coalesce(w.time_zone, ws.time_zone)) END AS due
            FROM waiting w
            LEFT JOIN LATERAL (
                SELECT settled_at, step_trigger FROM send_ledger
                WHERE contact_id = w.id AND attempt <= w.attempts AND generation = w.generation
                  AND moves = w.moves - 1 AND state IN ('sent', 'unknown')
                ORDER BY attempt DESC LIMIT 1) l ON true
            LEFT JOIN sequence_steps st ON st.workspace_id = w.workspace_id AND st.trigger = l.step_trigger
            LEFT JOIN sequence_steps nx ON nx.workspace_id = w.workspace_id AND nx.trigger = w.current_trigger
            LEFT JOIN workspaces ws ON ws.id = w.workspace_id
        )

        """
    }

    private static let summary = """
        (SELECT count(*) FROM chunk)::int AS seen, (SELECT max(contact_phone) FROM chunk)::text AS cursor,
            count(*) FILTER (WHERE due <> next_trigger_time)::int AS changed,
            count(*) FILTER (WHERE due = next_trigger_time)::int AS unchanged,
            count(*) FILTER (WHERE due IS NULL)::int AS unrecorded,
            min(due) FILTER (WHERE due <> next_trigger_time) AS earliest
        """
}
