internal import FoundationEssentials
internal import SluiceCore
internal import SluiceStore

/// From a situation to what the enrollment waits for. Pure: the same situation gives the same reasons.
enum Verdict {
    /// - Parameter room: what its device can do now; nil when it was not asked, because nothing of it matters.
    static func reasons(_ contact: ContactSituation, room: DeviceRoom?, windows: CapWindows) -> [Reason] {
        switch contact.status {
        case "completed":
            return [ended("completed", "It is finished: its last message was sent", contact)]
        case "failed": return [failed(contact)]
        case "cancelled": return [cancelled(contact)]
        case "unknown": return [unknown(contact)]
        case "advance": return undecided(contact)
        case "active": break
        default: return [held(contact)]
        }
        if contact.claimState == 2 { return [inFlight(contact)] }
        var reasons = Obstacles.ofContact(contact) + Obstacles.ofDevice(contact, room: room, windows: windows)
        if reasons.isEmpty { reasons = [next(contact)] }
        if contact.retryCount > 0 { reasons.append(retried(contact)) }
        return reasons
    }

    /// Whether the device's room can be the answer at all.
    static func needsRoom(_ contact: ContactSituation) -> Bool {
        contact.status == "active" && contact.claimState != 2 && contact.device != nil
            && Obstacles.ofContact(contact).isEmpty
    }

    private static func ended(_ code: String, _ sentence: String, _ contact: ContactSituation) -> Reason {
        Reason(code, sentence + (contact.completedAt.map { " at \(Words.time($0))." } ?? "."))
    }

    private static func failed(_ contact: ContactSituation) -> Reason {
        let code = contact.lastAttempt?.code ?? contact.lastError ?? "no reason was recorded"
        return ended("failed", "It has failed and will not be tried again (\(code))", contact)
    }

    private static func cancelled(_ contact: ContactSituation) -> Reason {
        switch contact.lastError {
        case "trigger_removed":
            ended("trigger_removed", "It was cancelled because the trigger was taken off the lead", contact)
        case "sequence_deleted":
            ended("sequence_deleted", "It was cancelled because its sequence was deleted", contact)
        case "workspace_changed":
            ended(
                "workspace_changed", "It was cancelled because the lead or the sequence went to another workspace",
                contact)
        case "source_cancelled":
            ended(
                "source_cancelled",
                contact.sequence.isSingle
                    ? "It was cancelled" : "It was cancelled with all of \"\(contact.sequence.name)\"", contact)
        case "expired": ended("expired", "It came to be sent too late: after the time it was good for", contact)
        case "suppressed":
            ended("suppressed", "It was cancelled because the number is on the suppression list", contact)
        case let other?: ended("cancelled", "It was cancelled (\(other))", contact)
        case nil: ended("cancelled", "It was cancelled", contact)
        }
    }

    private static func unknown(_ contact: ContactSituation) -> Reason {
        let when = contact.lastAttempt?.at.map { " at \(Words.time($0))" } ?? ""
        let why = contact.lastAttempt?.code ?? contact.lastError
        return Reason(
            "unknown",
            "A message went out\(when) and nobody knows whether it arrived\(why.map { " (\($0))" } ?? ""). Look at the phone, then say which: "
                + "`sluice unknown mark-sent \(contact.id.text)`, `… mark-failed …` or, to send it again, `… resend …`."
        )
    }

    private static func undecided(_ contact: ContactSituation) -> [Reason] {
        let step = contact.step.trigger.map { "Step \"\($0)\"" } ?? "Its step"
        if contact.holdReason == HoldReason.stepMissing.rawValue {
            return [
                Reason(
                    HoldReason.stepMissing.rawValue,
                    "\(step) was sent and does not exist any more, so the next one is not known. Create it again, and it "
                        + "goes on at the step after it; or set current_trigger to another step.")
            ]
        }
        let waits = Reason(
            "branch_undecided",
            "\(step) is done, and it waits for its branch to be decided: which step comes next, \(contact.intake.soon)."
        )
        return [waits] + Obstacles.ofLeading(contact)
    }

    private static func inFlight(_ contact: ContactSituation) -> Reason {
        let since = contact.processingSince.map { ", for \(Words.span(contact.now.timeIntervalSince($0))) now" } ?? ""
        let node = contact.slot.owner.map { " by \($0)" } ?? ""
        return Reason(
            "in_flight", "It is being sent\(node)\(since).", until: contact.lastAttempt?.deadline)
    }

    private static func next(_ contact: ContactSituation) -> Reason {
        if contact.claimState == 1 {
            return Reason(
                "claimed",
                "It is on its way to \(contact.slot.owner ?? "its node") and goes out as soon as the device is free.")
        }
        let ahead = contact.ahead >= 1_000 ? "at least 1,000" : Words.count(contact.ahead)
        return Reason(
            "next",
            contact.ahead == 0
                ? "Nothing holds it: it is first in its line and goes out within seconds."
                : "Nothing holds it: \(ahead) of the same sequence are due before it on this device.")
    }

    private static func retried(_ contact: ContactSituation) -> Reason {
        let code = contact.lastAttempt?.code ?? contact.lastError ?? "no reason was recorded"
        return Reason("retry", "The last try was refused (\(code)); tries so far: \(contact.retryCount) of 5.")
    }

    private static func held(_ contact: ContactSituation) -> Reason {
        guard let hold = contact.holdReason else {
            return Reason(
                "paused_by_hand",
                "Somebody set its status to \"\(contact.status)\". It goes on when the status is 'active' again.")
        }
        return HoldWords.reason(hold, contact)
    }
}

extension UUID {
    /// As PostgreSQL writes it.
    var text: String { uuidString.lowercased() }
}
