extension UserTable {
    /// All of them, in the order they are made. `user_id` is not among the columns: its type is the user's, see
    /// ``SchemaV1/userKeys``.
    static let all =
        [workspaces, devices, leads, sequences, steps, contacts] + [
            flows, triggerRuns, messageRuns, pages, subscribers, jobs, contractors, events, eventMessages,
        ]

    static let workspaces = UserTable(
        name: "workspaces", key: .text,
        columns: [
            .text("name"), .text("time_zone", "NOT NULL DEFAULT 'UTC'"), .text("default_from"), .text("gateway"),
            // Of scheduled messages: attempts in all, and the wait before the second.
            .ours("max_attempts", "int NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 10)", .whole),
            .ours(
                "retry_delay_seconds", "int NOT NULL DEFAULT 30 CHECK (retry_delay_seconds BETWEEN 1 AND 3600)", .whole),
            .ours("floor_low", "real NOT NULL DEFAULT 0.1 CHECK (floor_low BETWEEN 0 AND 1)", .number),
            .instant("created_at", "DEFAULT now()"),
        ])

    static let devices = UserTable(
        name: "user_devices",
        columns: [
            .text("device_name"), .text("phone"), .text("jid"), .text("status", "DEFAULT 'offline'"),
            .instant("last_seen"), .whole("min_delay_seconds", "DEFAULT 5"), .whole("max_delay_seconds", "DEFAULT 15"),
            .workspace,
        ] + UserColumn.times)

    static let leads = UserTable(
        name: "leads",
        columns: [
            .uuid("device_id"), .text("name"), .text("phone"), .text("email"), .text("niche"), .text("status"),
            .text("time_zone"),
            UserColumn(name: "trigger", definition: "varchar(1000)", family: .text, isOurs: false), .workspace,
        ] + UserColumn.times)

    static let sequences = UserTable(
        name: "sequences",
        columns: [
            .uuid("device_id"), .text("name"), .text("description"), .text("niche"), .text("status"),
            .text("trigger_prefix"), .text("start_trigger"), .text("end_trigger"), .whole("total_days"),
            .boolean("is_active", "DEFAULT true"), .whole("priority", "DEFAULT 10"), .text("schedule_time"),
            .whole("min_delay_seconds"), .whole("max_delay_seconds"), .number("progress_percentage", "DEFAULT 0"),
            .instant("estimated_completion_at"), .workspace,
            .ours(
                "device_choice", "text NOT NULL DEFAULT 'sticky' CHECK (device_choice IN ('sticky', 'prefer', 'any'))",
                .text),
            .ours("on_unknown", "text NOT NULL DEFAULT 'hold' CHECK (on_unknown IN ('hold', 'continue'))", .text),
            // How many may enter it; NULL: any number.
            .ours("enrollment_limit", "int CHECK (enrollment_limit >= 0)", .whole),
        ] + UserColumn.times)

    static let steps = UserTable(
        name: "sequence_steps",
        columns: [
            .uuid("sequence_id"), .whole("day_number"), .text("trigger"), .text("next_trigger"),
            .number("trigger_delay_hours", "DEFAULT 24"), .boolean("is_entry_point", "DEFAULT false"),
            .text("message_type", "DEFAULT 'text'"), .text("message_text"), .text("content"), .text("media_url"),
            .text("caption"), .text("time_schedule"), .whole("min_delay_seconds"), .whole("max_delay_seconds"),
            .workspace,
            // The step lies on a cycle of steps that all wait nothing: nobody may enter it, or it would never end.
            .ours("is_endless", "boolean NOT NULL DEFAULT false", .boolean),
            // Why its message cannot be sent, as `sluice_content_problem` says.
            .ours("content_problem", "text", .text),
            // It has rows in `sequence_branches`, so that a settle need not look.
            .ours("has_branches", "boolean NOT NULL DEFAULT false", .boolean),
            // The wait before the next step, exactly; wins over trigger_delay_hours.
            .ours("delay_seconds", "int CHECK (delay_seconds >= 0)", .whole),
            // Nothing is sent here: its branches are decided when who stands here is due, and, where it says so, as soon
            // as they reply.
            .ours("is_decision", "boolean NOT NULL DEFAULT false", .boolean),
            .ours("wakes_on_reply", "boolean NOT NULL DEFAULT false", .boolean),
            // A wait node lies between it and the next step.
            .ours("is_wait", "boolean NOT NULL DEFAULT false", .boolean),
            // Of a flow's compiled step: which flow and which node of it.
            .ours("flow_id", "uuid", .uuid), .ours("node_id", "text", .text),
        ] + UserColumn.times)

    static let contacts = UserTable(
        name: "sequence_contacts",
        columns: [
            .uuid("sequence_id"), .text("contact_phone"), .text("contact_name"), .text("current_trigger"),
            .instant("next_trigger_time"), .uuid("processing_device_id"), .instant("processing_started_at"),
            .uuid("assigned_device_id"), .whole("current_step", "DEFAULT 0"), .text("status", "DEFAULT 'active'"),
            .instant("completed_at"), .whole("retry_count", "DEFAULT 0"), .text("last_error"),
        ] + UserColumn.times + [
            // Who it is: unique together; entering again raises the generation.
            .workspace,
            .ours("kind", "text NOT NULL DEFAULT 'sequence'", .text), .ours("source_id", "text", .text),
            .ours("recipient", "text", .text), .ours("generation", "int NOT NULL DEFAULT 1", .whole),
            .ours("external_id", "text", .text), .ours("lead_id", "uuid", .uuid), .ours("entry_trigger", "text", .text),
            .ours("time_zone", "text", .text),
            // Where it stands.
            .ours("lane_id", "bigint", .whole),
            // The page it is for, of campaigns and triggers.
            .ours("page_id", "bigint", .whole),
            // What they answered to its last message.
            .ours("last_reply", "text", .text),
            // The source of its lane, where that is not its own.
            .ours("lane_source", "text", .text),
            // From then on its message is not sent any more.
            .ours("expires_at", "timestamptz", .instant),
            // The device it prefers and returns to, while it is on another because that one cannot send.
            .ours("home_device_id", "uuid", .uuid), .ours("moves", "int NOT NULL DEFAULT 0", .whole),
            .ours("attempts", "int NOT NULL DEFAULT 0", .whole), .ours("hold_reason", "text", .text),
            // Times in a row that the database refused to reserve it.
            .ours("row_faults", "int NOT NULL DEFAULT 0", .whole),
            // The claim state machine: 0 idle, 1 claimed, 2 reserved. In no index and no predicate, so that claim and
            // reserve are HOT.
            .ours("claim_state", "smallint NOT NULL DEFAULT 0 CHECK (claim_state BETWEEN 0 AND 2)", .whole),
            .ours("claim_batch", "bigint", .whole), .ours("reserved_day", "date", .instant),
        ])
}
