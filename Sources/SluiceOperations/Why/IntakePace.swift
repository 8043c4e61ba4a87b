/// How soon what a user wrote is taken in, told by how long the oldest of it has waited.
struct IntakePace: Sendable {
    /// Nil: nothing waits.
    var oldestSeconds: Double?

    private var isBehind: Bool { (oldestSeconds ?? 0) > Findings.oldIntake }

    /// The end of a sentence about something that waits for the intake.
    var soon: String {
        guard isBehind, let oldestSeconds else { return "within seconds" }
        return "when the intake moves again: its oldest entry has waited \(Words.span(oldestSeconds)), "
            + "see `sluice status`"
    }
}
