/// A kind of work that users write into a table of its own and the leader takes in, each in a loop of its own, so that
/// none waits for another. The areas' triggers write the ids of what was written into `work_intake`.
public enum WorkArea: String, CaseIterable, Sendable {
    /// Contacts of sources that were cancelled.
    case cleanup
    /// Flows that were saved, to be compiled to steps.
    case flow
    /// Queued rows of `trigger_runs`.
    case trigger
    /// Queued rows of `message_runs`.
    case campaign
    /// Jobs of `scheduled_sms_jobs`.
    case scheduled
    /// Rows of `message_schedules` that come round.
    case recurring
    /// Messages of `event_messages`.
    case event
    /// Contacts who have told their gateway that they want nothing more.
    case optOut = "opt_out"
    /// What became of single messages, to be said on the rows that they came from. A loop of its own, so that what is
    /// to be sent does not wait for what was.
    case progress
}

/// What waits to be worked off.
public struct WaitingWork: Sendable {
    public var areas: Set<WorkArea>
    /// Counts that are not folded in yet.
    public var hasCounts: Bool
    /// How long until something else is due; nil when nothing is put off.
    public var next: Duration?
}
