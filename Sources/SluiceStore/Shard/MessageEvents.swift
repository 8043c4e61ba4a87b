/// Tells workspaces that have a webhook what became of their messages: a row of `message_events` for each. Where nobody
/// has one, nothing is written.
public enum MessageEvents {
    /// A member of a WITH, named `announced`.
    /// - Parameters:
    ///   - rows: a query of `workspace_id`, `type`, `contact_id`, `attempt`, `day` and `at`.
    public static func cte(of rows: String) -> String {
        """
        announced AS (
            INSERT INTO message_events (workspace_id, type, contact_id, attempt, day, at)
            SELECT m.* FROM (\(rows)) m
            -- Looked up for each row only while anybody has one.
            WHERE (SELECT EXISTS (SELECT FROM webhook_endpoints WHERE is_active))
                AND m.workspace_id IN (SELECT workspace_id FROM webhook_endpoints WHERE is_active)
        )
        """
    }

    /// A refused attempt is told when it was the last one.
    static let ofSettled = cte(
        of: """
            SELECT workspace_id, 'message.' || state, contact, attempt, day, at FROM settled
                WHERE state IN ('sent', 'unknown')
            UNION ALL
            SELECT workspace_id, 'message.failed', contact, attempt, day, at FROM outcome WHERE move = 'fail'
            """)
}
