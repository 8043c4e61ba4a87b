internal import SluiceStore

/// What a hold reason means and what to do about it.
enum HoldWords {
    static func reason(_ hold: String, _ contact: ContactSituation) -> Reason {
        Reason(hold, sentence(HoldReason(rawValue: hold), hold, contact))
    }

    private static func sentence(_ hold: HoldReason?, _ code: String, _ contact: ContactSituation) -> String {
        let step = "\"\(contact.step.trigger ?? "")\""
        switch hold {
        case .invalidPhone:
            return
                "The phone number \"\(contact.phone ?? "")\" is not one: correct it on the lead, and it enters again."
        case .stepMissing:
            return "It stands at step \(step), which does not exist. Create the step, and it goes on by itself."
        case .nextStepMissing:
            return
                "Step \(step) was sent and names a next step that does not exist. Create that step, and it goes on by itself."
        case .cycleWithoutDelay:
            return "The steps after \(step) form a circle in which nobody ever waits. Give one of them a delay."
        case .emptyText: return "Step \(step) has neither text nor media. Write one, and it goes on by itself."
        case .textTooLong:
            return "The text of step \(step) is longer than a gateway takes. Shorten it, and it goes on by itself."
        case .noDevice:
            return "The workspace \"\(contact.workspace)\" has no device. Add one with `sluice devices add`."
        case .unknownDevice:
            return "Its device does not exist any more, or is another workspace's. Give it one that does."
        case .quarantined:
            return
                "The database refuses to write its row (see its last error): a constraint or trigger of your own. Mend that, "
                + "then set status = 'active'."
        case .noDueTime:
            return "It came from the previous system without a due time. Set next_trigger_time and status = 'active'."
        case .enrollmentLimit:
            return "As many as the sequence's limit have entered \"\(contact.sequence.name)\". It goes on when "
                + "`sluice sequences limit` is raised."
        case nil: return "It is held: \(code)."
        }
    }
}
