internal import RequestLog

/// The last word of a run, from the request log and the tables.
public struct RunSummary: Sendable, Equatable {
    public var sent = 0
    public var duplicate = 0
    public var lost = 0
    public var overCap = 0
    public var unknown = 0
    public var waiting = 0
    /// Contacts on devices with room that did not finish in time.
    public var unfinished = 0
    /// Seconds until the first of the waiting may go.
    public var nextInSeconds: Double?

    public var isClean: Bool { duplicate == 0 && lost == 0 && overCap == 0 && unfinished == 0 }

    public var line: String {
        "sent=\(sent) duplicate=\(duplicate) lost=\(lost) over_cap=\(overCap) unknown=\(unknown) waiting=\(waiting)"
    }

    init(standing: Tables.Standing, expected: Set<String>, logPath: String, plan: CapPlan, next: Double?) throws {
        var judge = RequestLogJudge(plan: plan)
        var keys: [UInt64: String] = [:]
        var missing = expected
        let pass = try RequestLogReader(path: logPath).read { entry in
            judge.add(entry)
            switch entry {
            case .request(let request): keys[request.sequence] = request.key
            case .response(let outcome):
                guard let key = keys.removeValue(forKey: outcome.sequence), outcome.verdict == .accepted else { return }
                missing.remove(key)
            }
        }
        judge.add(pass)
        let verdict = judge.verdict()
        sent = verdict.accepted
        duplicate = verdict.duplicateCount
        lost = missing.count + max(0, standing.leads - standing.contacts)
        overCap = verdict.overCapCount + verdict.overOpenCount
        unknown = standing.unknown
        waiting = standing.waiting
        unfinished = standing.unfinished
        nextInSeconds = next
    }
}
