internal import FoundationEssentials
internal import SluiceCore

/// What one device is to send for a campaign.
struct CampaignShare: Sendable {
    var people = 0
    var messages = 0
}

/// When devices have sent what a campaign asks of them: the caps of each key, run forward from now.
struct CampaignOutlook: Sendable {
    /// Nil when nobody is to be sent to, or never gets through.
    var end: MonotonicTime?
    var lastDevice: CampaignForecast.LastDevice?
    var stuckDevices: [String] = []

    /// - Parameters:
    ///   - waits: seconds that pass between somebody's first message and the last.
    ///   - begin: no message goes before then.
    init(
        of shares: [UUID: CampaignShare], over devices: CampaignDevices, waits: Int64, from begin: MonotonicTime
    ) {
        let keys = Dictionary(grouping: devices.devices, by: \.capKey).sorted { $0.key < $1.key }
        for (key, sharing) in keys {
            let taking = sharing.filter { shares[$0.id] != nil }
            let share = taking.reduce(into: CampaignShare()) { sum, device in
                sum.people += shares[device.id]?.people ?? 0
                sum.messages += shares[device.id]?.messages ?? 0
            }
            guard share.messages > 0,
                let first = taking.max(by: { shares[$0.id]?.messages ?? 0 < shares[$1.id]?.messages ?? 0 }),
                let caps = Caps.strictest(of: sharing.map(\.caps))
            else { continue }
            let ahead = sharing.reduce(0) { $0 + devices.ahead[$1.id, default: 0] }
            let send = SendForecast(
                caps: caps, gap: taking.map(\.gap).max() ?? .zero, devices: taking.count,
                charges: devices.charges[key] ?? [],
                knownFrom: sharing.compactMap(\.historyFrom).max().map(devices.virtual), ahead: ahead)
            guard taking.allSatisfy(\.canSend), let once = send.end(of: share.people, at: begin),
                let all = share.messages == share.people ? once : send.end(of: share.messages, at: begin)
            else {
                stuckDevices.append(Words.cut(first.name))
                continue
            }
            // Whoever is first sent to last still waits as the flow says.
            let done = max(all, once + .seconds(waits))
            if end.map({ done > $0 }) ?? true {
                end = done
                lastDevice = CampaignForecast.LastDevice(name: first.name, messages: share.messages, ahead: ahead)
            }
        }
        if !stuckDevices.isEmpty { end = nil }
    }
}
