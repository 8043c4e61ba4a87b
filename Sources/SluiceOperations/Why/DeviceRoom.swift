internal import FoundationEssentials
internal import NATSDriver
internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore
internal import SluiceWire

/// What a device's owner says of it, or, when no owner answers, what the ledger implies.
enum DeviceRoom: Sendable {
    case owner(DeviceState)
    case ledger(hour: Window, day: Window)

    struct Window: Hashable, Sendable {
        var limit: Int
        var used: Int
        /// When the next unit frees; nil when one is free now.
        var freeAt: Date?
    }

    /// How long the owner has to answer.
    private static let asking: Duration = .milliseconds(800)

    /// Charges of one cap key within a window, and when the unit frees that brings it below its limit.
    private static let sql = """
        WITH charge AS (
            SELECT \(CapUsage.chargedAtSQL) AS at FROM send_ledger l
            WHERE l.slot = sluice_hash_slot($1::text) AND l.cap_key = $1 AND l.is_charged AND l.state <> 'aborted'
              AND l.day >= ((now() - $2::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date - 1
              AND \(CapUsage.chargedAtSQL) > now() - $2::bigint * interval '1 microsecond')
        SELECT count(*) AS used, CASE WHEN count(*) >= $3::int THEN
            (SELECT at FROM charge ORDER BY at DESC OFFSET $3::int - 1 LIMIT 1)
                + $2::bigint * interval '1 microsecond' END AS free_at
        FROM charge
        """

    static func of(_ device: ContactSituation.Device, _ session: OperatorSession) async throws -> DeviceRoom {
        if let state = try await askOwner(of: device.id, session) { return .owner(state) }
        let windows = session.windows
        return .ledger(
            hour: try await window(device, device.hourlyCap, windows.hour + windows.hourMargin, session),
            day: try await window(device, device.dailyCap, windows.day + windows.dayMargin, session))
    }

    private static func askOwner(of device: UUID, _ session: OperatorSession) async throws -> DeviceState? {
        guard let nats = session.nats else { return nil }
        let request = DeviceStateRequest(device: DeviceID(rawValue: device))
        do {
            let reply = try await nats.request(session.subjects.device, payload: request.encoded(), timeout: asking)
            return try DeviceState(decoding: reply.payload)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // No owner, no NATS or an answer of another build: the ledger answers instead.
            return nil
        }
    }

    private static func window(
        _ device: ContactSituation.Device, _ limit: Int, _ length: Duration, _ session: OperatorSession
    ) async throws -> Window {
        let rows = try await session.database.query(
            sql, [.string(device.capKey), .int64(length.wholeMicroseconds), .int32(Int32(clamping: limit))])
        guard let row = rows.first else { return Window(limit: limit, used: 0) }
        return Window(limit: limit, used: Int(try row.decode(Int64.self, "used")), freeAt: try row.date("free_at"))
    }
}
