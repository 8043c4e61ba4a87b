internal import FoundationEssentials
internal import SluiceCore

extension OperatorSession {
    /// What a campaign would be, without entering anybody: whom it would reach, what it would cost, and when the last
    /// message could go as the caps and the devices stand.
    /// - Throws: ``OperationsError`` for what is wrong with the request.
    public func forecastCampaign(
        _ request: CampaignRequest, in workspace: String
    ) async throws -> CampaignForecast {
        let asked = try request.validated()
        let flow = try await UsableFlow.find(request.flowId, in: workspace, on: database)
        let audience = try await CampaignAudience.of(request.pageIds, in: workspace, on: database)
        let devices = try await CampaignDevices.of(workspace, windows: windows, on: database)
        let start = max(devices.now, asked.startAt.map { Date($0) } ?? devices.now)
        var forecast = CampaignForecast(
            recipients: audience.pages.reduce(0) { $0 + $1.recipients }, inactive: audience.inactive,
            suppressed: audience.suppressed, invalidNumbers: audience.invalid, withoutDevice: 0,
            skippedPages: audience.pages.filter { !$0.sends }.map(\.id), messagesPerPerson: flow.length.messages,
            flowRepeats: flow.length.repeats, capUnits: 0, devices: 0, startsAt: start, stuckDevices: [])
        forecast.capUnits = forecast.recipients * flow.length.messages
        let people = spread(audience, over: devices, &forecast)
        forecast.devices = people.count
        forecast.tell(people, of: flow.length, devices, from: start)
        return forecast
    }

    /// How many people each device would get.
    private func spread(
        _ audience: CampaignAudience, over devices: CampaignDevices, _ forecast: inout CampaignForecast
    ) -> [UUID: Int] {
        var people: [UUID: Int] = [:]
        var anywhere = 0
        for page in audience.pages where page.recipients > 0 {
            if let device = page.device, page.hasDevice {
                people[device, default: 0] += page.recipients
            } else if page.device != nil {
                forecast.withoutDevice += page.recipients
            } else {
                anywhere += page.recipients
            }
        }
        let pool = devices.pool
        if pool.isEmpty { forecast.withoutDevice += anywhere }
        for (index, device) in pool.enumerated() {
            let part = anywhere / pool.count + (index < anywhere % pool.count ? 1 : 0)
            if part > 0 { people[device.id, default: 0] += part }
        }
        return people
    }
}

extension CampaignForecast {
    /// Runs the caps of each key forward, and tells whose last message goes last.
    fileprivate mutating func tell(
        _ people: [UUID: Int], of flow: FlowLength, _ devices: CampaignDevices, from start: Date
    ) {
        let begin = devices.virtual(start)
        var latest: (end: MonotonicTime, device: LastDevice)?
        let keys = Dictionary(grouping: devices.devices, by: \.capKey).sorted { $0.key < $1.key }
        for (key, sharing) in keys {
            let taking = sharing.filter { people[$0.id] != nil }
            let count = taking.reduce(0) { $0 + (people[$1.id] ?? 0) }
            guard count > 0, flow.messages > 0,
                let first = taking.max(by: { (people[$0.id] ?? 0) < (people[$1.id] ?? 0) }),
                let caps = Caps.strictest(of: sharing.map(\.caps))
            else { continue }
            let ahead = sharing.reduce(0) { $0 + devices.ahead[$1.id, default: 0] }
            let send = SendForecast(
                caps: caps, gap: taking.map(\.gap).max() ?? .zero, devices: taking.count,
                charges: devices.charges[key] ?? [],
                knownFrom: sharing.compactMap(\.historyFrom).max().map(devices.virtual),
                ahead: ahead)
            guard taking.allSatisfy(\.canSend), let once = send.end(of: count, at: begin),
                let all = flow.messages == 1 ? once : send.end(of: count * flow.messages, at: begin)
            else {
                stuckDevices.append(Words.cut(first.name))
                continue
            }
            // Whoever is first sent to last still waits as the flow says.
            let end = max(all, once + .seconds(flow.seconds))
            if latest.map({ end > $0.end }) ?? true {
                latest = (end, LastDevice(name: first.name, messages: count * flow.messages, ahead: ahead))
            }
        }
        lastDevice = latest?.device
        guard stuckDevices.isEmpty, withoutDevice == 0, let latest else { return }
        seconds = (latest.end - begin).inSeconds
        endsAt = start.addingTimeInterval((latest.end - begin).inSeconds)
    }
}
