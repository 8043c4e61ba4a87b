/// What an erasure does with the rows of one table that are about a person.
///
/// Their statements take ``Erasure/parameters``: `$1` the number's digits or a page's id, `$2` the workspace or NULL, `$3` the
/// same in a text, as a regular expression, `$4` the person's contacts, `$5` the page or NULL.
struct ErasedTable: Sendable {
    enum Deed: Sendable {
        case delete
        /// The rest of the row is others' (a count, a cap): SQL of the SET that leaves nothing personal in it.
        case empty(String)
    }

    let name: String
    let deed: Deed
    /// SQL: which rows `t`.
    let whose: String
    /// They are found by a key. Else the whole table is read: no index goes by people, and a number may be written in
    /// many ways.
    var isByKey = false

    /// - Parameters:
    ///   - relation: the table, or a partition of it.
    ///   - place: more about the rows, as SQL.
    func statement(counting isCounting: Bool, in relation: String, where place: String) -> String {
        let rows = "(\(whose)) AND \(place)"
        if isCounting { return "WITH \(Self.given) SELECT count(*) FROM \(relation) t WHERE \(rows)" }
        let done =
            switch deed {
            case .delete: "DELETE FROM \(relation) t WHERE \(rows) RETURNING 1"
            case .empty(let set): "UPDATE \(relation) t SET \(set) WHERE \(rows) RETURNING 1"
            }
        return "WITH \(Self.given), done AS (\(done)) SELECT count(*) FROM done"
    }

    /// So that each statement has all parameters, with their types.
    static let given = "given AS (SELECT $1::text, $2::text, $3::text, $4::uuid[], $5::bigint)"
}

extension ErasedTable {
    /// Who asks for the person's messages. They go first, so that nobody is entered anew.
    static let origins = [
        // Contacts that could not be sent to have of the person the name that the page knows, and no id.
        ErasedTable(
            name: "sequence_contacts", deed: .empty("contact_name = NULL"),
            whose: """
                t.page_id = $5 AND t.recipient LIKE 'invalid:%' AND t.contact_name IN (
                    SELECT s.user_name FROM meta_subscribers s WHERE s.page_id = $5 AND btrim(s.user_id) = $1)
                """),
        ErasedTable(name: "leads", deed: .delete, whose: "\(isTheirs("t.phone")) AND \(isHere)"),
        // Pages are no workspace's.
        ErasedTable(
            name: "meta_subscribers", deed: .delete, whose: "\(isTheirs("t.user_id", of: "t.page_id")) AND $2 IS NULL"),
        ErasedTable(name: "message_schedules", deed: .delete, whose: "\(isTheirs("t.to_phone")) AND \(isHere)"),
        ErasedTable(name: "scheduled_sms_jobs", deed: .delete, whose: "\(isTheirs("t.to_phone")) AND \(isHere)"),
        ErasedTable(
            name: "trigger_runs", deed: .delete,
            whose: "\(isTheirs("t.recipient_user_id", of: "t.page_id")) AND \(isHere)"),
    ]

    /// Messages of events are only stopped at first: they alone say which mail is the person's.
    static let stoppedEvents = ErasedTable(
        name: "event_messages", deed: .empty("status = 'cancelled', error_message = 'erased'"),
        whose: "t.status = 'scheduled' AND \(eventMessage)")

    /// Whoever is on no suppression list is let go like this.
    static let stoppedContacts = ErasedTable(
        name: "sequence_contacts",
        deed: .empty(
            """
            status = 'cancelled', last_error = 'erased', hold_reason = NULL, completed_at = coalesce(t.completed_at, now())
            """),
        whose: "t.id = ANY ($4) AND t.status IN ('active', 'paused', 'advance')", isByKey: true)

    /// What was done for the person. Rows that counts and caps hang on stay, with a name that says nothing.
    static let traces = [
        ErasedTable(name: "external_ids", deed: .delete, whose: "t.contact_id = ANY ($4)"),
        ErasedTable(
            name: "send_ledger",
            deed: .empty("recipient = 'invalid:' || t.contact_id, detail = NULL, provider_id = NULL"),
            // The ledger names no page: of a page's id only what no contact says to be another page's.
            whose: """
                t.contact_id = ANY ($4) OR t.recipient = $1 AND \(isHere)
                    AND ($5 IS NULL OR NOT EXISTS (SELECT FROM sequence_contacts c WHERE c.id = t.contact_id))
                """),
        // Whoever was to be told of the person is not.
        ErasedTable(
            name: "webhook_deliveries", deed: .delete,
            whose: """
                t.body ~ $3 AND ($2 IS NULL
                    OR EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = t.endpoint_id AND e.workspace_id = $2))
                """),
        // Kept, because a call that is repeated must not be done again; several people may be in it.
        ErasedTable(
            name: "idempotent_answers", deed: .empty("body = regexp_replace(t.body, $3, 'erased', 'g')"),
            whose: "t.body ~ $3 AND \(isHere)"),
        ErasedTable(
            name: "audit_log",
            deed: .empty("target = regexp_replace(t.target, $3, 'erased', 'g'), before = NULL, after = NULL"),
            whose: "concat_ws(' ', t.target, t.before, t.after) ~ $3"),
        // How far a campaign was entered: to the one before them.
        ErasedTable(
            name: "message_runs",
            deed: .empty(
                """
                fan_out_after = coalesce((SELECT max(s.user_id) FROM meta_subscribers s
                    WHERE s.page_id = t.page_ids[t.fan_out_page] AND s.user_id < t.fan_out_after), '')
                """),
            whose: "\(isTheirs("t.fan_out_after", of: "t.page_ids[t.fan_out_page]")) AND \(isHere)"),
        ErasedTable(name: "own_messages", deed: .delete, whose: "t.contact_id = ANY ($4)", isByKey: true),
        // Last, because everything else is found by them. Who has no phone is called so by the schema.
        ErasedTable(
            name: "sequence_contacts",
            deed: .empty(
                """
                recipient = 'invalid:' || t.id, contact_phone = NULL, contact_name = NULL, last_reply = NULL,
                external_id = NULL, lead_id = NULL, time_zone = NULL, last_error = 'erased', hold_reason = NULL,
                status = CASE WHEN t.status IN ('active', 'paused', 'advance', 'unknown') THEN 'cancelled'
                    ELSE t.status END,
                completed_at = coalesce(t.completed_at, now())
                """),
            whose: "t.id = ANY ($4)", isByKey: true),
    ]

    /// By which the person's mail was known.
    static let rest = [
        ErasedTable(name: "event_messages", deed: .delete, whose: eventMessage),
        ErasedTable(name: "contractors", deed: .delete, whose: "\(isTheirs("t.phone")) AND \(isHere)"),
    ]

    static let all = origins + traces + rest

    /// Where the person's contacts are found, and how: by the number, and by messages of events, which may be mail.
    static let contactQueries = [
        (
            table: "sequence_contacts",
            sql: """
            SELECT t.id FROM sequence_contacts t
            WHERE (t.recipient = $1 AND ($5 IS NULL OR t.page_id = $5) OR \(isTheirs("t.contact_phone"))) AND \(isHere)
            """
        ),
        (
            table: "event_messages",
            sql: """
            SELECT c.id FROM event_messages t JOIN sequence_contacts c ON c.recipient = t.recipient
                AND c.source_id = t.id::text AND c.kind = 'event' AND c.workspace_id = t.workspace_id
            WHERE \(eventMessage)
            """
        ),
    ]

    private static let eventMessage = """
        $5 IS NULL AND (t.recipient = $1 OR \(isTheirs("t.phone")) OR t.contractor_id::text IN (
            SELECT k.id::text FROM contractors k WHERE \(isTheirs("k.phone")))) AND \(isHere)
        """

    private static let isHere = "($2 IS NULL OR t.workspace_id = $2)"

    /// A number, however it is written; or a page's id, where the row says of which page.
    private static func isTheirs(_ column: String, of page: String? = nil) -> String {
        let number = "$5 IS NULL AND regexp_replace(\(column), '[^0-9]', '', 'g') = $1"
        return page.map { "(\(number) OR \($0) = $5 AND btrim(\(column)) = $1)" } ?? "(\(number))"
    }
}
