// Tables of those who come with event messages. What their keys are is theirs: everything here compares them as text.
extension UserTable {
    static let contractors = UserTable(
        name: "contractors", key: .any,
        columns: [
            .text("name"), .text("first_name"), .text("last_name"), .text("email"), .text("phone"),
            .text("company_name"), .workspace,
        ])

    static let events = UserTable(
        name: "events", key: .any,
        columns: [
            .text("name"), UserColumn(name: "date", definition: "date", family: .instant, isOurs: false),
            .text("location"), .instant("starts_at"), .instant("ends_at"),
            // NULL: the workspace's.
            .text("time_zone"), .workspace,
            // Which device sends its messages; NULL: the workspace's own sender, or any of its devices.
            .ours("device_id", "uuid", .uuid),
        ])

    static let eventMessages = UserTable(
        name: "event_messages", key: .any,
        columns: [
            .reference("event_id"), .reference("contractor_id"), .text("message_type"), .text("message_category"),
            .instant("scheduled_time"), .instant("actual_send_time"), .text("message_content"),
            .json("personalization_data"), .text("phone"), .text("channel", "DEFAULT 'sms'"),
            .text("status", "DEFAULT 'scheduled'"), .text("error_message"), .number("delay_minutes"),
            .text("response_received"), .instant("response_time"), .number("sentiment_score"), .text("action_taken"),
            .number("pcr_score"), .text("ghl_contact_id"), .text("ghl_message_id"), .text("ghl_location_id"),
            .text("direction", "DEFAULT 'outbound'"), .text("from_email"), .text("to_email"), .text("subject"),
            .workspace,
            // The session it is about.
            .ours("session_id", "bigint", .whole),
            // What its time hangs on, and how far from it; NULL: on nothing.
            .ours("anchor", "text", .text), .ours("offset_seconds", "int NOT NULL DEFAULT 0", .whole),
            // From then on it is not sent any more.
            .ours("expires_at", "timestamptz", .instant),
            // Whom it was entered for: digits, or an address.
            .ours("recipient", "text", .text),
        ] + UserColumn.times)
}
