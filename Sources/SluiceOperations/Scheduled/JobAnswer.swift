internal import PostgresDriver
internal import SluiceCore

/// A job as its caller is told of it.
public struct JobAnswer: Codable, Hashable, Sendable {
    public var jobId: String
    /// As it was given.
    public var to: String?
    /// `scheduled`, `processing`, `completed`, `failed` or `cancelled`.
    public var status: String
    public var messageId: String?
    /// In the offset it was given in, or in the workspace's zone.
    public var scheduledTime: String?
    public var completedTime: String?
    /// `queued`, `sent`, `delivered`, `undelivered`, `failed` or `unknown`; nil before it is due.
    public var messageStatus: String?
    /// Why it was not sent, or not delivered, or is not yet, as a code.
    public var reason: String?
}

extension JobAnswer {
    /// What is due is on its way, whether or not the leader has seen it yet.
    static let sql = """
        SELECT CASE WHEN j.status = 'scheduled' AND j.scheduled_time <= clock_timestamp() THEN 'processing'
                ELSE j.status END AS status,
            CASE WHEN j.status = 'scheduled' AND j.scheduled_time <= clock_timestamp() THEN 'queued'
                ELSE j.message_status END AS message_status,
            j.id, j.to_phone, j.message_id, j.error, j.scheduled_time AS place,
            \(inZone("j.scheduled_time", as: "scheduled")), \(inZone("j.completed_time", as: "completed"))
        FROM scheduled_sms_jobs j LEFT JOIN workspaces w ON w.id = j.workspace_id
        """

    /// A row of ``sql``.
    init(_ row: PostgresRow) throws {
        func time(_ name: String) throws -> String? {
            guard let microseconds = try row.decode(Int64?.self, name) else { return nil }
            let offset = Int(try row.decode(Int32.self, "\(name)_offset"))
            return "\(OffsetTime(time: DatabaseTime(microseconds: microseconds), offset: offset))"
        }
        self.init(
            jobId: try row.decode(String.self, "id"), to: try row.decode(String?.self, "to_phone"),
            status: try row.decode(String.self, "status"), messageId: try row.decode(String?.self, "message_id"),
            scheduledTime: try time("scheduled"), completedTime: try time("completed"),
            messageStatus: try row.decode(String?.self, "message_status"),
            reason: try row.decode(String?.self, "error"))
    }

    /// An instant in microseconds, and the offset it is told in. One that is infinite, in a table that was here before
    /// Sluice, is none.
    private static func inZone(_ column: String, as name: String) -> String {
        let time = "(CASE WHEN isfinite(\(column)) THEN \(column) END)"
        return """
            (extract(epoch FROM \(time)) * 1000000)::bigint AS \(name),
                coalesce(j.time_offset, extract(epoch FROM (\(time) AT TIME ZONE coalesce(w.time_zone, 'UTC'))
                    - (\(time) AT TIME ZONE 'UTC'))::int, 0) AS \(name)_offset
            """
    }
}
