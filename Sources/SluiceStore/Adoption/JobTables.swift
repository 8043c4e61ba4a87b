// Tables of those who come with scheduled messages.
extension UserTable {
    static let jobs = UserTable(
        name: "scheduled_sms_jobs", key: .text,
        columns: [
            .text("to_phone"), .text("body"), .text("workspace_id", "DEFAULT 'default'"), .instant("scheduled_time"),
            .text("status", "DEFAULT 'scheduled'"), .json("metadata"),
            // What the message itself is known by, to whom it was sent.
            .ours("message_id", "text", .text),
            // queued, sent, delivered, failed or unknown; NULL until it is due.
            .ours("message_status", "text", .text),
            // Why it is not sent, as a code.
            .ours("error", "text", .text), .ours("completed_time", "timestamptz", .instant),
            // The number that sends it; NULL: the workspace's own, or any of its devices.
            .ours("from_number", "text", .text), .ours("media_url", "text", .text),
            .ours("expires_at", "timestamptz", .instant), .ours("priority", "int NOT NULL DEFAULT 10", .whole),
            .ours("is_test", "boolean NOT NULL DEFAULT false", .boolean),
            // Seconds east of UTC in which its time was given and is answered; NULL: the workspace's zone.
            .ours("time_offset", "int", .whole),
            // What it is an occurrence of.
            .ours("schedule_id", "text", .text),
        ] + UserColumn.times)
}
