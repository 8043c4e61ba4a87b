internal import SluiceCore

/// A run of a trigger as a person reads it.
public enum TriggerText {
    public static func render(_ run: TriggerRunStats) -> String {
        var lines = [
            "run        \(run.triggerRunID)\(run.triggerID.map { " of trigger \($0)" } ?? "")",
            "to         \(run.recipient ?? "nobody")\(run.pageID.map { " from page \($0.text)" } ?? "")",
            "status     \(run.status)\(run.completedAt.map { " at \(Words.time($0))" } ?? "")",
            "attempts   \(Words.count(run.stats.totalAttempts)): \(Words.count(run.stats.successful)) sent, "
                + "\(Words.count(run.stats.failed)) failed, \(Words.count(run.stats.pending)) pending",
        ]
        if case .object(let problem)? = run.problem, case .text(let code)? = problem["code"] {
            lines.append("problem    \(Words.cut(code))")
        }
        lines += run.errors.map { "failed by  \(Words.cut($0.code)): \(Words.counted($0.count, "time"))" }
        return lines.joined(separator: "\n") + "\n"
    }
}
