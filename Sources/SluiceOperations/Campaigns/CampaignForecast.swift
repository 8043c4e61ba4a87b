public import FoundationEssentials

/// What a campaign would be, had it begun now: nobody is entered for it.
public struct CampaignForecast: Codable, Hashable, Sendable {
    /// People who would be sent to, each once.
    public var recipients: Int
    /// Subscribers who are not active, whose number is on the suppression list, or is no number.
    public var inactive: Int
    public var suppressed: Int
    public var invalidNumbers: Int
    /// Of the recipients, those who would wait because there is no device for them.
    public var withoutDevice: Int
    /// Pages that are not active or are blocked now: they are passed by.
    public var skippedPages: [Int64]
    /// At most; of a flow that goes in circles, for one time round.
    public var messagesPerPerson: Int
    public var flowRepeats: Bool
    /// Messages, each of which takes a place in its device's caps: at most.
    public var capUnits: Int
    public var devices: Int
    public var startsAt: Date
    /// When the caps as they stand let the last message go, at the earliest; nil when they never do.
    public var endsAt: Date?
    public var seconds: Double?
    /// The device that is done last.
    public var lastDevice: LastDevice?
    /// Devices that never get through, because of a cap or a setting.
    public var stuckDevices: [String]

    public struct LastDevice: Codable, Hashable, Sendable {
        public var name: String
        public var messages: Int
        /// Messages of others that are due there already and go before.
        public var ahead: Int
    }
}

extension CampaignText {
    public static func render(_ forecast: CampaignForecast) -> String {
        var lines = [
            "recipients   \(Words.count(forecast.recipients))"
                + note(" without a device, who wait", forecast.withoutDevice),
            "left out     \(Words.count(forecast.inactive)) inactive, \(Words.count(forecast.suppressed)) suppressed, "
                + "\(Words.count(forecast.invalidNumbers)) without a valid number",
            "cost         \(Words.count(forecast.capUnits)) cap units: \(forecast.messagesPerPerson) for each person"
                + (forecast.flowRepeats ? " and time round" : " at most"),
        ]
        if !forecast.skippedPages.isEmpty {
            lines.append(
                "passed by    pages \(Words.list(forecast.skippedPages.map { "\($0)" })): not active, or blocked")
        }
        lines.append("starts       \(Words.time(forecast.startsAt))")
        if let end = forecast.endsAt, let seconds = forecast.seconds {
            lines.append("ends         \(Words.time(end)) at the earliest, after \(Words.span(seconds))")
        } else if forecast.recipients > 0 {
            lines.append("ends         never, as the caps stand")
        }
        lines += devices(forecast.lastDevice, stuck: forecast.stuckDevices)
        return lines.joined(separator: "\n") + "\n"
    }

    static func devices(_ last: CampaignForecast.LastDevice?, stuck: [String]) -> [String] {
        var lines: [String] = []
        if let last {
            lines.append(
                "last device  \(Words.cut(last.name)): \(Words.counted(last.messages, "message"))"
                    + note(" of others before them", last.ahead))
        }
        if !stuck.isEmpty { lines.append("never done   \(Words.list(stuck))") }
        return lines
    }

    private static func note(_ what: String, _ count: Int) -> String {
        count > 0 ? ", \(Words.count(count))\(what)" : ""
    }
}
