internal import FoundationEssentials
internal import PostgresDriver

/// What `sluice devices move` did, or would do.
public struct MoveReport: Codable, Hashable, Sendable {
    public var isDryRun: Bool
    /// Contacts that wait, are held or are unknown. In-flight ones stay: they settle where they are, and can be moved
    /// afterwards.
    public var contacts: Int
    public var leads: Int
    /// Contacts of the old device that are in flight now.
    public var inFlight: Int
    /// Sequences that still give new enrollments the old device.
    public var sequences: [String]
}

extension OperatorSession {
    /// Gives the contacts of one device to another, and the leads that name it, in chunks of ``DeviceMove/chunk``, each
    /// its own transaction: nobody waits for the whole, and a move that is interrupted is finished by another one.
    public func moveDevice(
        from: String, to: String, isDryRun: Bool, progress: (_ moved: Int) -> Void = { _ in }
    ) async throws -> MoveReport {
        let source = try await DeviceLookup.find(from, on: database)
        let target = try await DeviceLookup.find(to, on: database)
        guard source.id != target.id else {
            throw OperationsError.refused(code: "same_device", message: "\(from) and \(to) are the same device")
        }
        guard source.workspace == target.workspace else {
            throw OperationsError.refused(
                code: "other_workspace",
                message: "\(source.name) is of workspace \(source.workspace), \(target.name) of \(target.workspace)")
        }
        var report = MoveReport(isDryRun: isDryRun, contacts: 0, leads: 0, inFlight: 0, sequences: [])
        if isDryRun {
            let counts = try await database.query(DeviceMove.countSQL, [.uuid(source.id)], deadline: .seconds(60))
            report.contacts = Int(try counts[0].decode(Int64.self, "contacts"))
            report.leads = Int(try counts[0].decode(Int64.self, "leads"))
        } else {
            for sql in DeviceMove.contactSQL {
                report.contacts += try await moveAll(sql, source, target, "contacts", progress)
            }
            report.leads = try await moveAll(DeviceMove.leadSQL, source, target, "leads") { _ in }
        }
        let rest = try await database.query(DeviceMove.restSQL, [.uuid(source.id)])
        report.inFlight = Int(try rest[0].decode(Int64.self, "in_flight"))
        report.sequences = try rest[0].decode([String]?.self, "sequences") ?? []
        return report
    }

    private func moveAll(
        _ sql: String, _ source: DeviceLookup.Found, _ target: DeviceLookup.Found, _ what: String,
        _ progress: (Int) -> Void
    ) async throws -> Int {
        var moved = 0
        while true {
            let count = try await change { change in
                let rows = try await change.query(
                    sql,
                    [.uuid(source.id), .uuid(target.id), .int32(Int32(DeviceMove.chunk)), .string(source.workspace)])
                let count = Int(try rows.scalar(Int64.self))
                if count > 0 {
                    try await change.record(
                        "devices.move", target: source.id.text, before: ["device": source.id.text],
                        after: MoveChunk(device: target.id.text, rows: count, what: what))
                }
                return count
            }
            moved += count
            progress(moved)
            if count < DeviceMove.chunk { return moved }
        }
    }

    private struct MoveChunk: Encodable {
        var device: String
        var rows: Int
        var what: String
    }
}

enum DeviceMove {
    static let chunk = 1_000

    /// The same for each way to find contacts: `picked (id, kind, source_id)` go to the lane of the same source on
    /// `$2`. Rows that somebody else holds locked are left to the next move.
    private static func contacts(_ picked: String) -> String {
        """
        WITH picked AS MATERIALIZED (
            \(picked) AND c.claim_state = 0 AND c.assigned_device_id = $1
            LIMIT $3 FOR UPDATE OF c SKIP LOCKED
        ), lane AS MATERIALIZED (
            INSERT INTO lanes (device_id, workspace_id, kind, source_id, priority_class, enrolled)
            SELECT $2, $4, p.kind, p.source_id, coalesce(min(l.priority_class), sluice_priority_class(NULL)), count(*)
            FROM picked p LEFT JOIN lanes l ON l.device_id = $1 AND l.kind = p.kind AND l.source_id = p.source_id
            GROUP BY p.kind, p.source_id ORDER BY p.kind, p.source_id
            ON CONFLICT (device_id, kind, source_id) DO UPDATE SET enrolled = lanes.enrolled + excluded.enrolled
            RETURNING id, kind, source_id
        ), moved AS (
            UPDATE sequence_contacts c SET assigned_device_id = $2, lane_id = lane.id, updated_at = now()
            FROM picked p JOIN lane ON lane.kind = p.kind AND lane.source_id = p.source_id
            WHERE c.id = p.id RETURNING 1)
        SELECT count(*) FROM moved
        """
    }

    /// Active contacts by their lanes, held and unknown ones by their own indexes.
    static let contactSQL = [
        contacts(
            """
            SELECT c.id, c.kind, c.source_id
            FROM lanes l JOIN sequence_contacts c ON c.lane_id = l.id AND c.status = 'active'
            WHERE l.device_id = $1
            """),
        contacts(
            """
            SELECT c.id, c.kind, c.source_id FROM sequence_contacts c
            WHERE c.hold_reason IS NOT NULL AND c.status <> 'active' AND c.workspace_id = $4
            """),
        contacts(
            """
            SELECT c.id, c.kind, c.source_id FROM sequence_contacts c
            WHERE c.status = 'unknown' AND c.hold_reason IS NULL AND c.workspace_id = $4
            """),
    ]

    static let leadSQL = """
        WITH picked AS MATERIALIZED (
            SELECT id FROM leads WHERE device_id = $1 AND workspace_id = $4 ORDER BY id LIMIT $3 FOR UPDATE
        ), moved AS (
            UPDATE leads l SET device_id = $2, updated_at = now() FROM picked p WHERE l.id = p.id RETURNING 1)
        SELECT count(*) FROM moved
        """

    static let countSQL = """
        SELECT (SELECT count(*) FROM lanes l JOIN sequence_contacts c ON c.lane_id = l.id AND c.status = 'active'
                WHERE l.device_id = $1 AND c.claim_state = 0)
            + (SELECT count(*) FROM sequence_contacts WHERE assigned_device_id = $1 AND claim_state = 0
                AND (hold_reason IS NOT NULL AND status <> 'active' OR status = 'unknown' AND hold_reason IS NULL))
            AS contacts,
            (SELECT count(*) FROM leads WHERE device_id = $1) AS leads
        """

    static let restSQL = """
        SELECT (SELECT count(*) FROM lanes l JOIN sequence_contacts c ON c.lane_id = l.id AND c.status = 'active'
                WHERE l.device_id = $1 AND c.claim_state > 0 AND c.next_trigger_time <= now()) AS in_flight,
            (SELECT array_agg(coalesce(name, id::text) ORDER BY name, id) FROM sequences WHERE device_id = $1)
                AS sequences
        """
}
