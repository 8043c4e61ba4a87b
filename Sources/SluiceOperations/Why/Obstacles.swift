internal import FoundationEssentials
internal import SluiceCore
internal import SluiceWire

/// What stands between an active enrollment and its message, in the order in which the sending itself asks.
enum Obstacles {
    static func ofContact(_ contact: ContactSituation) -> [Reason] {
        var reasons: [Reason] = []
        let quiet = quietHours(contact)
        reasons += quiet
        if let due = contact.dueAt, due > contact.now, quiet.isEmpty {
            reasons.append(
                Reason("due_later", "It is not due before \(Words.time(due, from: contact.now)).", until: due))
        }
        if contact.isSuppressed {
            reasons.append(Reason("suppressed", "The number is on the suppression list: it will not be sent."))
        }
        if contact.isEverythingPaused {
            reasons.append(Reason("everything_paused", "Everything is paused. `sluice resume --all` lets it go on."))
        }
        if contact.isWorkspacePaused {
            reasons.append(
                Reason(
                    "workspace_paused",
                    "The workspace \"\(contact.workspace)\" is paused. `sluice resume --workspace \(contact.workspace)` lets it go on."
                ))
        }
        if contact.sequence.isDeleted {
            reasons.append(
                Reason(
                    "sequence_deleted",
                    "Its sequence was deleted. It sends nothing more and ends, within seconds or when its last message is settled."
                ))
        } else {
            reasons += source(contact)
        }
        if contact.device == nil {
            reasons.append(
                Reason("no_device_yet", "It has no device yet; it is given one \(contact.intake.soon)."))
        } else if !contact.hasLane {
            reasons.append(
                Reason(
                    "being_placed", "It was entered or moved, and is put in its device's line \(contact.intake.soon)."))
        }
        return reasons
    }

    private static func source(_ contact: ContactSituation) -> [Reason] {
        let source = contact.sequence
        switch source.state {
        case "running": return pace(contact)
        case "cancelled":
            return [
                Reason(
                    "source_cancelled",
                    "The \(source.kind) \"\(source.name)\" was cancelled: nothing of it is sent any more.")
            ]
        default:
            let how =
                source.kind == "sequence"
                ? "is not active. `sluice sequences resume` starts it." : "is paused; it goes on when that is resumed."
            return [Reason("\(source.kind)_paused", "The \(source.kind) \"\(source.name)\" \(how)")]
        }
    }

    /// What comes due in quiet hours is put off to their end; what is due after them waits for its own time.
    private static func quietHours(_ contact: ContactSituation) -> [Reason] {
        let source = contact.sequence
        guard let until = source.restraint.quietUntil, let end = source.restraint.quietEnd,
            contact.dueAt.map({ $0 <= until }) ?? true
        else { return [] }
        return [
            Reason(
                "quiet_hours",
                "Quiet until \(end): the \(source.kind) \"\(source.name)\" sends nothing at these hours of the contact.",
                until: until)
        ]
    }

    private static func pace(_ contact: ContactSituation) -> [Reason] {
        let source = contact.sequence
        guard let until = source.restraint.paceUntil, let rate = source.restraint.ratePerMinute, until > contact.now,
            contact.claimState == 0
        else { return [] }
        return [
            Reason(
                "rate_used_up",
                "The rate of \(rate) a minute of the \(source.kind) \"\(source.name)\" is used up until "
                    + "\(Words.time(until, from: contact.now)).", until: until)
        ]
    }

    static func ofDevice(_ contact: ContactSituation, room: DeviceRoom?, windows: CapWindows) -> [Reason] {
        guard let device = contact.device else { return [] }
        var reasons = condition(device)
        if !contact.slot.hasLiveOwner {
            reasons.append(
                Reason(
                    "no_owner",
                    "No shard node is responsible for the device \"\(device.name)\" now; see `sluice status`."))
        }
        reasons += ofLeading(contact) + history(device, windows, contact.now)
        switch room {
        case .owner(let state): reasons += live(state, device, contact.now)
        case .ledger(let hour, let day):
            reasons += cap("at_daily_cap", "daily", day, device) + cap("at_hourly_cap", "hourly", hour, device)
        case nil: break
        }
        return reasons
    }

    static func ofLeading(_ contact: ContactSituation) -> [Reason] {
        guard !contact.hasLeader else { return [] }
        return [Reason("no_leader", "No coordinator leads, so nothing new is handed out; see `sluice status`.")]
    }

    private static func condition(_ device: ContactSituation.Device) -> [Reason] {
        var reasons: [Reason] = []
        let name = "The device \"\(device.name)\""
        if device.isPaused {
            let why = device.pausedReason.map { " (\($0))" } ?? ""
            reasons.append(Reason("device_paused", "\(name) is paused\(why). `sluice devices resume` lets it go on."))
        }
        if let problem = device.settingsProblem {
            reasons.append(
                Reason(
                    "device_misconfigured",
                    "\(name) sends nothing, because its settings cannot be used: \(problem). It goes on when they are corrected."
                ))
        }
        switch device.state {
        case "connected": break
        case "disconnected":
            reasons.append(Reason("device_disconnected", "\(name) is not connected; it goes on when it is back."))
        case "logged_out": reasons.append(Reason("device_logged_out", "\(name) is logged out: pair the phone again."))
        case "not_found":
            reasons.append(Reason("device_not_found", "\(name) is not known to its gateway: check its name there."))
        case "credentials_refused":
            reasons.append(
                Reason(
                    "device_credentials_refused",
                    "The gateway of \(name.replacing("The device", with: "the device")) does not accept its credentials: "
                        + "correct them, and it goes on within a minute."))
        case "banned":
            let until = device.stateUntil.map { " until \(Words.time($0))" } ?? ""
            reasons.append(
                Reason(
                    "device_banned", "\(name) is banned\(until). `sluice devices move` gives its contacts to another.",
                    until: device.stateUntil))
        default: reasons.append(Reason("device_" + device.state, "\(name) is \(device.state)."))
        }
        if !device.hasGateway {
            reasons.append(
                Reason("no_gateway", "\(name) has no gateway, and there is no default one: `sluice gateways add`."))
        }
        return reasons
    }

    private static func history(_ device: ContactSituation.Device, _ windows: CapWindows, _ now: Date) -> [Reason] {
        guard let from = device.historyFrom else { return [] }
        let until = from.addingTimeInterval((windows.day + windows.dayMargin) / .seconds(1))
        guard until > now else { return [] }
        return [
            Reason(
                "use_unknown",
                "What the device \"\(device.name)\" sent before \(Words.time(from)) is not known, so its limits count as "
                    + "full until \(Words.time(until, from: now)).", until: until)
        ]
    }

    private static func cap(
        _ code: String, _ word: String, _ window: DeviceRoom.Window, _ device: ContactSituation.Device
    ) -> [Reason] {
        guard window.used >= window.limit else { return [] }
        let until = window.freeAt.map { " It may send again at \(Words.time($0))." } ?? ""
        return [
            Reason(
                code, "The device \"\(device.name)\" has reached its \(word) limit of \(window.limit).\(until)",
                until: window.freeAt)
        ]
    }

    /// The owner's own account, in the order in which its limiter decides.
    private static func live(_ state: DeviceState, _ device: ContactSituation.Device, _ now: Date) -> [Reason] {
        var reasons: [Reason] = []
        if !state.isReady {
            reasons.append(
                Reason("device_loading", "Its node has just taken the device over and is reading what it sent before."))
        }
        for window in state.windows where window.used >= window.limit {
            let word = word(for: window.length)
            reasons += cap(
                "at_\(word)_cap", word,
                DeviceRoom.Window(
                    limit: Int(window.limit), used: Int(window.used), freeAt: window.nextFreeAt.map { Date($0) }),
                device)
        }
        if state.open >= state.concurrency, state.concurrency > 0 {
            reasons.append(
                Reason(
                    "at_concurrent_cap",
                    "The device \"\(device.name)\" has \(state.open) messages open, as many as it may."))
        }
        if let gap = state.gapUntil.map({ Date($0) }), gap > now {
            reasons.append(
                Reason(
                    "gap",
                    "The device \"\(device.name)\" pauses between two messages until \(Words.time(gap, from: now)).",
                    until: gap))
        }
        if state.isBreakerOpen {
            reasons.append(
                Reason(
                    "breaker_open", "The gateway of the device \"\(device.name)\" fails and is left alone for a moment."
                ))
        }
        return reasons
    }

    /// Windows of a test are shorter than an hour and a day; the longer of the two is still the daily one.
    private static func word(for length: Duration) -> String {
        switch length {
        case .seconds(3_600): "hourly"
        case .seconds(86_400): "daily"
        default: "\(length.components.seconds)s"
        }
    }
}
