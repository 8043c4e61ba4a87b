internal import PostgresDriver
internal import SluiceCore

/// Queued runs of triggers whose page does not send: they have no enrollment yet that could say so.
enum WaitingRuns {
    private static let most = 20

    /// `$1` the person as a run may name them, `$2` the only workspace to look at, or NULL. Goes by the pages that do not
    /// send, a probe each.
    static let sql = """
        SELECT r.id, p.page_id, p.page_name, coalesce(p.is_active, true) AS is_active, p.block_reason,
            nullif(p.blocked_until, 'infinity') AS blocked_until
        FROM meta_pages p JOIN trigger_runs r ON r.page_id = p.page_id AND r.status = 'queued'
            AND r.recipient_user_id = ANY ($1::text[])
        LEFT JOIN flows f ON f.id = r.flow_id
        WHERE NOT sluice_page_sends(p.is_active, p.blocked_until)
            AND ($2::text IS NULL OR coalesce(f.workspace_id, r.workspace_id) = $2)
        ORDER BY r.id LIMIT \(most)
        """

    static func reasons(
        of phone: PhoneNumber, given: String, in workspace: String?, on database: any PostgresExecutor
    ) async throws -> [Reason] {
        let names = [phone.digits, "+" + phone.digits, given]
        return try await database.query(sql, [.stringArray(names), .string(workspace)]).map { row in
            let page = Words.cut(
                try row.decode(String?.self, "page_name") ?? "\(try row.decode(Int64.self, "page_id"))")
            let waits = "Run \(try row.decode(Int64.self, "id")) of a trigger is queued: its page \"\(page)\""
            guard try row.decode(Bool.self, "is_active") else {
                return Reason("page_inactive", "\(waits) is not active. It starts by itself when the page is.")
            }
            let why = try row.decode(String?.self, "block_reason").map { " (\(Words.cut($0)))" } ?? ""
            return Reason(
                "page_blocked", "\(waits) is blocked\(why). It starts by itself when that is over.",
                until: try row.date("blocked_until"))
        }
    }
}
