// Tables of those who come with campaigns and triggers.
extension UserTable {
    static let flows = UserTable(
        name: "flows",
        columns: [
            .text("name"),
            .json("nodes"), .json("edges"), .workspace,
            // Its last compiled version, whose steps carry it in their triggers.
            .ours("version", "int NOT NULL DEFAULT 0", .whole),
            .ours("is_compiled", "boolean NOT NULL DEFAULT false", .boolean),
            // Why what stands in `nodes` and `edges` cannot be used.
            .ours("problem", "text", .text),
            // Where it begins: the trigger of a step, the wait before it, and whether that step is a decision.
            .ours("entry_step", "text", .text), .ours("entry_seconds", "int NOT NULL DEFAULT 0", .whole),
            .ours("entry_decides", "boolean NOT NULL DEFAULT false", .boolean),
        ] + UserColumn.times)

    static let triggerRuns = UserTable(
        name: "trigger_runs", key: .number,
        columns: [
            .large("trigger_id"), .text("recipient_user_id"), .large("page_id"), .uuid("flow_id"),
            .text("status", "DEFAULT 'queued'"), .json("trigger_context"), .whole("priority", "DEFAULT 1"),
            .instant("next_step_at"), .text("next_step_id"), .text("last_step_id"), .json("error_details"),
            .instant("completed_at"), .workspace,
            // Which device sends; NULL: the page's, or any.
            .ours("device_id", "uuid", .uuid),
            // Somebody tries the flow out: counted nowhere.
            .ours("is_test", "boolean NOT NULL DEFAULT false", .boolean),
        ] + UserColumn.times)

    static let messageRuns = UserTable(
        name: "message_runs", key: .number,
        columns: [
            .large("trigger_id"), UserColumn(name: "page_ids", definition: "bigint[]", family: .numbers, isOurs: false),
            .uuid("flow_id"), .text("status", "DEFAULT 'queued'"), .instant("start_at"), .instant("next_step_at"),
            .text("next_step_id"), .text("last_step_id"), .whole("total_messages", "DEFAULT 0"),
            .whole("success_count", "DEFAULT 0"), .whole("failure_count", "DEFAULT 0"), .json("error_summary"),
            .instant("completed_at"), .workspace, .ours("priority", "int NOT NULL DEFAULT 100", .whole),
            // How far it was entered: the place in `page_ids`, and the subscriber who was the last one of that page.
            .ours("fan_out_page", "int NOT NULL DEFAULT 1", .whole), .ours("fan_out_after", "text", .text),
            .ours("fanned_out_at", "timestamptz", .instant),
        ] + UserColumn.times)

    static let pages = UserTable(
        name: "meta_pages", key: .none,
        columns: [
            .large("page_id", "PRIMARY KEY"), .text("page_name"), .text("access_token"),
            .boolean("is_active", "DEFAULT true"), .instant("blocked_until"), .text("block_reason"),
            .text("last_error_code"),
            // Which device sends for it; NULL: any of the workspace.
            .ours("device_id", "uuid", .uuid),
        ] + UserColumn.times)

    static let subscribers = UserTable(
        name: "meta_subscribers", key: .none,
        columns: [
            .large("page_id"), .text("user_id"), .text("user_name"), .boolean("is_active", "DEFAULT true"),
            .boolean("can_reply", "DEFAULT true"), .instant("window_expires_at"),
        ] + UserColumn.times)
}
