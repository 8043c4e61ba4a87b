public import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// When a campaign that has begun is done, as the caps and the devices stand.
public struct CampaignRunForecast: Codable, Hashable, Sendable {
    public var campaign: CampaignLine
    /// People who are due for a message, or will be.
    public var waiting: Int
    /// People who are still to be entered.
    public var toEnter: Int
    /// People who wait for something else than caps (a decision, a hold): they are not foretold.
    public var held: Int
    /// At most: everybody's way that has most of them.
    public var messages: Int
    public var devices: Int
    /// At the earliest; nil when never, or when nothing is left. While it is paused: had it been resumed now.
    public var endsAt: Date?
    public var seconds: Double?
    public var lastDevice: CampaignForecast.LastDevice?
    /// Devices that never get through, because of a cap or a setting.
    public var stuckDevices: [String]
}

extension OperatorSession {
    /// Reads the campaign's waiting contacts: seconds for a million.
    /// - Parameter workspace: where it must be; nil: anywhere.
    /// - Throws: ``OperationsError``: there is none, it has ended, or its flow cannot be used any more.
    public func forecastCampaign(_ id: Int64, in workspace: String? = nil) async throws -> CampaignRunForecast {
        let line = try await campaign(id, in: workspace)
        guard !["finished", "failed", "cancelled"].contains(line.status) else {
            throw OperationsError.refused(
                code: "campaign_\(line.status)", message: "campaign \(id) is \(line.status): nothing of it is left")
        }
        let run = try await CampaignRun.of(line, on: database)
        let devices = try await CampaignDevices.of(
            line.workspace, windows: windows, except: (kind: "campaign", source: "\(id)"), on: database)
        var shares = run.waiting.mapValues(\.share)
        let audience = try await CampaignAudience.of(run.pagesLeft, in: line.workspace, on: database)
        let toEnter = devices.spread(audience, less: run.enteredOfPage)
        for (device, people) in toEnter.people {
            shares[device, default: CampaignShare()].people += people
            shares[device, default: CampaignShare()].messages += people * run.length.messages
        }
        let begin = devices.virtual(max(devices.now, run.startAt ?? devices.now))
        let outlook = CampaignOutlook(
            of: shares, over: devices, waits: toEnter.people.isEmpty ? 0 : run.length.seconds, from: begin)
        let messages = shares.values.reduce(0) { $0 + $1.messages }
        var forecast = CampaignRunForecast(
            campaign: line, waiting: run.waiting.values.reduce(0) { $0 + $1.share.people },
            toEnter: toEnter.people.values.reduce(0, +) + toEnter.withoutDevice, held: run.held, messages: messages,
            devices: shares.count, lastDevice: outlook.lastDevice, stuckDevices: outlook.stuckDevices)
        guard toEnter.withoutDevice == 0, let capped = outlook.end else { return forecast }
        let lastDue = run.waiting.values.compactMap(\.lastDue).max().map(devices.virtual)
        let paced = run.ratePerMinute.map { begin + .seconds(Int64(messages) * 60 / Int64(max(1, $0))) }
        let seconds = ([capped, lastDue, paced].compactMap(\.self).max() ?? capped) - devices.virtual(devices.now)
        forecast.seconds = seconds.inSeconds
        forecast.endsAt = devices.now.addingTimeInterval(seconds.inSeconds)
        return forecast
    }
}

/// What is left of a campaign, as its tables have it.
private struct CampaignRun {
    struct Waiting {
        var share: CampaignShare
        /// When the last of them is due.
        var lastDue: Date?
    }

    var length: FlowLength
    /// By device.
    var waiting: [UUID: Waiting] = [:]
    var held: Int
    /// Pages that are not entered to their end, and how many of the first one's people are entered already.
    var pagesLeft: [Int64]
    var enteredOfPage: Int
    var startAt: Date?
    var ratePerMinute: Int?

    private static let runSQL = """
        SELECT r.flow_id, r.start_at, s.rate_per_minute, CASE WHEN r.fanned_out_at IS NULL
                THEN r.page_ids[r.fan_out_page:] ELSE '{}' END AS pages,
            coalesce((SELECT sum(n) FROM contact_counts c WHERE c.kind = 'campaign' AND c.source_id = r.id::text
                AND c.status IN ('paused', 'advance')), 0)::bigint AS held,
            (SELECT count(*) FROM meta_subscribers m
                WHERE m.page_id = r.page_ids[r.fan_out_page] AND m.user_id <= r.fan_out_after
                  AND coalesce(m.is_active, true) AND r.fanned_out_at IS NULL) AS entered
        FROM message_runs r LEFT JOIN sources s ON s.kind = 'campaign' AND s.source_id = r.id::text WHERE r.id = $1
        """

    /// `$1` the run, `$2` messages of the flow. By lanes, whose index has who waits.
    private static let waitingSQL = """
        SELECT l.device_id, count(*) AS people, sum(greatest($2::bigint - c.moves, 1))::bigint AS messages,
            max(c.next_trigger_time) AS last_due
        FROM lanes l JOIN sequence_contacts c ON c.lane_id = l.id AND c.status = 'active'
        WHERE l.kind = 'campaign' AND l.source_id = $1 GROUP BY 1
        """

    static func of(_ line: CampaignLine, on database: any PostgresExecutor) async throws -> CampaignRun {
        let rows = try await database.query(runSQL, [.int64(line.id)], deadline: .seconds(30))
        guard let row = rows.first, let flow = try row.decode(UUID?.self, "flow_id") else {
            throw OperationsError.refused(code: "flow_not_found", message: "campaign \(line.id) has no flow")
        }
        let length = try await UsableFlow.find(flow.text, in: line.workspace, on: database).length
        var run = CampaignRun(
            length: length, held: Int(try row.decode(Int64.self, "held")),
            pagesLeft: try row.decode([Int64].self, "pages"), enteredOfPage: Int(try row.decode(Int64.self, "entered")),
            startAt: try row.date("start_at"),
            ratePerMinute: try row.decode(Int32?.self, "rate_per_minute").map(Int.init))
        for row in try await database.query(
            waitingSQL, [.string("\(line.id)"), .int64(Int64(length.messages))], deadline: .seconds(60))
        {
            run.waiting[try row.decode(UUID.self, "device_id")] = Waiting(
                share: CampaignShare(
                    people: Int(try row.decode(Int64.self, "people")),
                    messages: Int(try row.decode(Int64.self, "messages"))),
                lastDue: try row.date("last_due"))
        }
        return run
    }
}

extension CampaignText {
    public static func render(_ forecast: CampaignRunForecast) -> String {
        let line = forecast.campaign
        var lines = [
            "campaign     \(line.id), \(line.status)",
            "done         \(Words.count(line.succeeded)) of \(Words.count(line.total)) people, "
                + "\(Words.count(line.failed)) failed, \(Words.count(line.inFlight)) in flight",
            "left         \(Words.count(forecast.waiting)) waiting, \(Words.count(forecast.toEnter)) to be entered, "
                + "\(Words.count(forecast.held)) held or to be decided",
            "cost         \(Words.count(forecast.messages)) cap units at most, on "
                + Words.counted(forecast.devices, "device"),
        ]
        if let end = forecast.endsAt, let seconds = forecast.seconds {
            let condition = line.status == "paused" ? ", were it resumed now" : ""
            lines.append("ends         \(Words.time(end)) at the earliest, in \(Words.span(seconds))\(condition)")
        } else if forecast.messages > 0 {
            lines.append("ends         never, as the caps stand")
        }
        return (lines + devices(forecast.lastDevice, stuck: forecast.stuckDevices)).joined(separator: "\n") + "\n"
    }
}
