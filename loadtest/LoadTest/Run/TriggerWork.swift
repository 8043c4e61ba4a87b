internal import Foundation
internal import PostgresDriver

/// What is there to be triggered, and the statement that does it.
enum TriggerWork: Sendable {
    struct Flow: Sendable {
        var id: UUID
        /// Those that the triggers go to, one after the other.
        var devices: [UUID]
        var workspace: String
    }

    /// In their order.
    case leads([UUID])
    case runs(Flow, count: Int)

    var count: Int {
        switch self {
        case .leads(let leads): leads.count
        case .runs(_, let count): count
        }
    }

    /// Triggers those of `range`, which is within 0 and ``count``.
    func statement(_ range: Range<Int>) -> (sql: String, parameters: [PostgresValue]) {
        switch self {
        case .leads(let leads):
            (
                "UPDATE leads SET trigger = '\(WorkClass.trigger.rawValue)' WHERE id = ANY($1::uuid[])",
                [.uuidArray(Array(leads[range]))]
            )
        case .runs(let flow, _):
            (
                """
                INSERT INTO trigger_runs (trigger_id, recipient_user_id, device_id, flow_id, status, workspace_id)
                SELECT 1, phone, device, $1, 'queued', $2 FROM unnest($3::text[], $4::uuid[]) AS u(phone, device)
                """,
                [
                    .uuid(flow.id), .string(flow.workspace),
                    .stringArray(range.map { String(WorkClass.trigger.firstPhone + Int64($0)) }),
                    .uuidArray(range.map { flow.devices[$0 % flow.devices.count] }),
                ]
            )
        }
    }
}
