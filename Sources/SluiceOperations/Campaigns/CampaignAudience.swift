internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceStore

/// Whom a campaign would reach. Reads all subscribers of its pages: seconds for millions.
struct CampaignAudience: Sendable {
    struct Page: Sendable {
        var id: Int64
        var sends: Bool
        /// The only device that sends for it.
        var device: UUID?
        var hasDevice: Bool
        var recipients: Int
    }

    var pages: [Page]
    var inactive = 0
    var suppressed = 0
    var invalid = 0

    /// As the chunks of a campaign enter them: the first page that has somebody enters them.
    private static let sql = """
        WITH page AS MATERIALIZED (
            SELECT u.id, u.place, m.device_id, sluice_page_sends(m.is_active, m.blocked_until) AS sends,
                coalesce(sluice_addresses_by_id(m.device_id), false) AS is_by_id,
                m.device_id IS NULL OR EXISTS (SELECT FROM user_devices d
                    WHERE d.id = m.device_id AND d.workspace_id = $2) AS has_device
            FROM unnest($1::bigint[]) WITH ORDINALITY u(id, place) LEFT JOIN meta_pages m ON m.page_id = u.id
        ), person AS (
            SELECT p.place, coalesce(s.is_active, true) AS is_active, CASE WHEN p.is_by_id
                THEN nullif(left(btrim(s.user_id), 200), '')
                WHEN s.user_id ~ '^[0-9]{7,15}$' THEN s.user_id ELSE sluice_digits(s.user_id) END AS reach
            FROM page p JOIN meta_subscribers s ON s.page_id = p.id WHERE p.sends
        ), reached AS (
            SELECT min(place) AS place, reach, EXISTS (SELECT FROM suppressions x
                WHERE x.phone = reach AND x.workspace_id IN ('*', $2)) AS is_suppressed
            FROM person WHERE is_active AND reach IS NOT NULL GROUP BY reach
        ), counted AS (
            SELECT place, count(*) FILTER (WHERE NOT is_suppressed) AS recipients,
                count(*) FILTER (WHERE is_suppressed) AS suppressed
            FROM reached GROUP BY place
        ), out AS (
            SELECT place, count(*) FILTER (WHERE NOT is_active) AS inactive,
                count(*) FILTER (WHERE is_active AND reach IS NULL) AS invalid
            FROM person GROUP BY place
        )
        SELECT p.id, p.sends, p.device_id, p.has_device, coalesce(c.recipients, 0) AS recipients,
            coalesce(c.suppressed, 0) AS suppressed, coalesce(o.inactive, 0) AS inactive,
            coalesce(o.invalid, 0) AS invalid
        FROM page p LEFT JOIN counted c ON c.place = p.place LEFT JOIN out o ON o.place = p.place ORDER BY p.place
        """

    static func of(
        _ pages: [Int64], in workspace: String, on database: any PostgresExecutor
    ) async throws -> CampaignAudience {
        var audience = CampaignAudience(pages: [])
        for row in try await database.query(sql, [.int64Array(pages), .string(workspace)], deadline: .seconds(60)) {
            audience.pages.append(
                Page(
                    id: try row.decode(Int64.self, "id"), sends: try row.decode(Bool.self, "sends"),
                    device: try row.decode(UUID?.self, "device_id"),
                    hasDevice: try row.decode(Bool.self, "has_device"),
                    recipients: Int(try row.decode(Int64.self, "recipients"))))
            audience.suppressed += Int(try row.decode(Int64.self, "suppressed"))
            audience.inactive += Int(try row.decode(Int64.self, "inactive"))
            audience.invalid += Int(try row.decode(Int64.self, "invalid"))
        }
        return audience
    }
}
