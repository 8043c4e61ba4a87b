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
        try await PageLookup.require(request.pageIds, on: database)
        let audience = try await CampaignAudience.of(request.pageIds, in: workspace, on: database)
        let devices = try await CampaignDevices.of(workspace, windows: windows, on: database)
        let start = max(devices.now, asked.startAt.map { Date($0) } ?? devices.now)
        var forecast = CampaignForecast(
            recipients: audience.pages.reduce(0) { $0 + $1.recipients }, inactive: audience.inactive,
            suppressed: audience.suppressed, invalidNumbers: audience.invalid, withoutDevice: 0,
            skippedPages: audience.pages.filter { !$0.sends }.map(\.id), messagesPerPerson: flow.length.messages,
            flowRepeats: flow.length.repeats, capUnits: 0, devices: 0, startsAt: start, stuckDevices: [])
        forecast.capUnits = forecast.recipients * flow.length.messages
        let taken = devices.spread(audience)
        forecast.devices = taken.people.count
        forecast.withoutDevice = taken.withoutDevice
        let shares = taken.people.mapValues { CampaignShare(people: $0, messages: $0 * flow.length.messages) }
        let begin = devices.virtual(start)
        let outlook = CampaignOutlook(of: shares, over: devices, waits: flow.length.seconds, from: begin)
        forecast.lastDevice = outlook.lastDevice
        forecast.stuckDevices = outlook.stuckDevices
        if forecast.withoutDevice == 0, let end = outlook.end {
            forecast.seconds = (end - begin).inSeconds
            forecast.endsAt = start.addingTimeInterval((end - begin).inSeconds)
        }
        return forecast
    }
}

extension CampaignDevices {
    /// How many people each device would get.
    /// - Parameter entered: so many of the first page are there already.
    func spread(
        _ audience: CampaignAudience, less entered: Int = 0
    ) -> (people: [UUID: Int], withoutDevice: Int) {
        var (people, withoutDevice, anywhere) = ([UUID: Int](), 0, 0)
        for (index, page) in audience.pages.enumerated() {
            let count = max(0, page.recipients - (index == 0 ? entered : 0))
            guard count > 0 else { continue }
            if let device = page.device, page.hasDevice {
                people[device, default: 0] += count
            } else if page.device != nil {
                withoutDevice += count
            } else {
                anywhere += count
            }
        }
        if pool.isEmpty { withoutDevice += anywhere }
        for (index, device) in pool.enumerated() {
            let part = anywhere / pool.count + (index < anywhere % pool.count ? 1 : 0)
            if part > 0 { people[device.id, default: 0] += part }
        }
        return (people, withoutDevice)
    }
}
