/// Why a contact itself is held (status `paused`), as opposed to its device, its sequence or its workspace. The names
/// are those that `why`, `status` and the runbook use.
public enum HoldReason: String, CaseIterable, Sendable {
    /// The phone number has not 7-15 digits.
    case invalidPhone = "invalid_phone"
    /// The step it stands on does not exist.
    case stepMissing = "step_missing"
    /// The step it would move to does not exist.
    case nextStepMissing = "next_step_missing"
    /// Its step lies on a cycle in which nobody ever waits.
    case cycleWithoutDelay = "cycle_without_delay"
    /// Its step has neither text nor media.
    case emptyText = "empty_text"
    /// Its step's text is longer than a gateway takes.
    case textTooLong = "text_too_long"
    /// Its workspace has no device.
    case noDevice = "no_device"
    /// Its device is not in `user_devices`.
    case unknownDevice = "unknown_device"
    /// The database refused to write its row, three times: a constraint or a trigger of the user's own.
    case quarantined
    /// It came from a previous system without a due time.
    case noDueTime = "no_due_time"
    /// As many as its sequence's `enrollment_limit` have entered.
    case enrollmentLimit = "enrollment_limit"

    /// The reasons that a change of the step may lift.
    static let ofSteps: [HoldReason] = [.stepMissing, .nextStepMissing, .cycleWithoutDelay, .emptyText, .textTooLong]

    /// All reasons as an SQL array of text.
    static let sqlArray = sqlArray(allCases)

    static func sqlArray(_ reasons: [HoldReason]) -> String {
        "ARRAY[" + reasons.map { "'\($0.rawValue)'" }.joined(separator: ", ") + "]"
    }
}
