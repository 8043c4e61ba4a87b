internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore

/// The devices that a campaign would be spread over, with everything that their caps go by.
struct CampaignDevices: Sendable {
    struct Device: Sendable {
        var id: UUID
        var name: String
        var capKey: String
        var caps: Caps
        var gap: Duration
        var historyFrom: Date?
        var canSend: Bool
        /// Its gateway knows people by ids of its own: it takes part for its own pages alone.
        var isByID: Bool
    }

    var devices: [Device]
    /// What was charged lately, by cap key.
    var charges: [String: [Limiter.Charge]]
    /// Due there already, by device.
    var ahead: [UUID: Int]
    var now: Date

    /// The instant that virtual time begins at: far enough from 0 for a day before it.
    static let origin = MonotonicTime(nanoseconds: 0) + .seconds(30 * 86_400)

    func virtual(_ date: Date) -> MonotonicTime {
        Self.origin + .milliseconds(Int64((date.timeIntervalSince(now) * 1_000).rounded(.up)))
    }

    /// The least loaded are alike here: each gets as many as the next.
    var pool: [Device] {
        let known = devices.filter { !$0.isByID }
        let able = known.filter(\.canSend)
        return able.isEmpty ? known : able
    }

    private static let devicesSQL = """
        SELECT d.id, coalesce(d.device_name, d.id::text) AS name, p.cap_key, k.hourly_cap, k.daily_cap, k.history_from,
            p.concurrent_cap, CASE WHEN \(DeviceSettingsProblem.sql(of: "p")) IS NULL THEN p.windows::text ELSE '[]' END
                AS windows, least(greatest(d.min_delay_seconds, 0), 86400)::int AS least_gap,
            least(greatest(d.max_delay_seconds, 0), 86400)::int AS most_gap,
            \(DeviceOutage.canSend) AS can_send, sluice_addresses_by_id(d.id) AS is_by_id, now() AS now
        FROM user_devices d JOIN device_caps p ON p.device_id = d.id
        LEFT JOIN \(CapUsage.capsSQL(of: "p")) k ON true
        LEFT JOIN device_states s ON s.device_id = d.id
        WHERE d.workspace_id = $1 ORDER BY d.id
        """

    /// What is settled counts from its minute's end, but no later than now: the forecast is never too early.
    private static let chargesSQL = """
        SELECT cap_key, extract(epoch FROM CASE WHEN at > now() THEN at
                ELSE least(date_trunc('minute', at) + interval '1 minute', now()) END - now())::float8 AS seconds,
            count(*) AS n
        FROM (SELECT l.cap_key, \(CapUsage.chargedAtSQL) AS at FROM send_ledger l
            WHERE l.cap_key = ANY ($1::text[]) AND l.is_charged AND l.state <> 'aborted'
              AND l.day >= ((now() - $2::bigint * interval '1 microsecond') AT TIME ZONE 'UTC')::date - 1) l
        WHERE at > now() - $2::bigint * interval '1 microsecond'
        GROUP BY 1, 2
        """

    /// - Parameter except: what is due for this is not ahead of anything.
    static func of(
        _ workspace: String, windows: CapWindows, except: (kind: String, source: String)? = nil,
        on database: any PostgresExecutor
    ) async throws -> CampaignDevices {
        var all = CampaignDevices(devices: [], charges: [:], ahead: [:], now: Date())
        for row in try await database.query(devicesSQL, [.string(workspace)], deadline: .seconds(30)) {
            all.now = try row.date("now") ?? all.now
            all.devices.append(try device(row, windows))
        }
        let rows = try await database.query(
            chargesSQL,
            [
                .stringArray(Set(all.devices.map(\.capKey)).sorted()),
                .int64((windows.day + windows.dayMargin).wholeMicroseconds),
            ], deadline: .seconds(30))
        for row in rows {
            let time = origin + .milliseconds(Int64((try row.decode(Double.self, "seconds") * 1_000).rounded(.up)))
            let charge = time > origin ? Limiter.Charge.open(until: time) : .finished(time)
            all.charges[try row.decode(String.self, "cap_key"), default: []] +=
                Array(repeating: charge, count: Int(try row.decode(Int64.self, "n")))
        }
        for row in try await LaneQueries.rows(
            database, windows: windows, except: except, within: .seconds(30))
        {
            all.ahead[row.device, default: 0] += row.idle + row.claimed + row.reserved
        }
        return all
    }

    private static func device(_ row: PostgresRow, _ windows: CapWindows) throws -> Device {
        var caps = Caps.standard(
            hourly: Int(try row.decode(Int32.self, "hourly_cap")), daily: Int(try row.decode(Int32.self, "daily_cap")),
            concurrent: Int(try row.decode(Int32.self, "concurrent_cap")), windows: windows)
        caps.windows += try Caps.furtherWindows(try row.decode(String.self, "windows"))
        let least = Int(try row.decode(Int32?.self, "least_gap") ?? 0)
        let most = max(least, Int(try row.decode(Int32?.self, "most_gap") ?? 0))
        return Device(
            id: try row.decode(UUID.self, "id"), name: try row.decode(String.self, "name"),
            capKey: try row.decode(String.self, "cap_key"), caps: caps,
            gap: .milliseconds((least + most) * 500), historyFrom: try row.date("history_from"),
            canSend: try row.decode(Bool.self, "can_send"), isByID: try row.decode(Bool.self, "is_by_id"))
    }
}
