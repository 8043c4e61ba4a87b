internal import Foundation
internal import RequestLog

/// Turns what was recorded of a run into its result.
struct Judgment {
    let scenario: Scenario
    let scenarioText: String
    let requestLog: String
    /// What the names of the run's devices begin with: requests of others are nothing to judge.
    let devicePrefix: String
    let started: Date
    let state: RunRecord.State
    let machine: Machine
    let line: ProgressReport

    /// Reads the request log; blocks for as long as that is long.
    func result() throws -> RunResult {
        let release = state.release ?? 0
        let end = state.end ?? WallClock.nanoseconds
        var analysis = LogAnalysis(scenario, state, release: release, devicePrefix: devicePrefix)
        line.note("  judging the request log")
        let verdict = try analysis.read(requestLog) { line.show("  judging the request log: \($0) lines read") }
        let lost =
            analysis.missing.count
            + (state.facts.map { max(0, scenario.loadedContacts - $0.standing.contacts) } ?? 0)
        var notes = state.notes
        if state.facts == nil { notes.append("the tables could not be read at the end: what is lost is not known") }
        if verdict.malformed > 0 { notes.append("\(verdict.malformed) lines of the request log are no evidence") }
        let figures = Figures(
            scenario: scenario, state: state, analysis: analysis, verdict: verdict, lost: lost, end: end)
        if let limit = figures.farEndLimit { notes.append(limit) }
        if let busy = machine.busyNote { notes.append(busy) }
        return RunResult(
            scenario: scenario, text: scenarioText, started: started, seconds: Double(end - release) / 1e9,
            machine: machine,
            ending: state.ending ?? .failed("nothing says why it ended"), notes: notes,
            incidents: state.incidents(since: release), figures: figures.values,
            latencies: LatencyTable.tables(analysis.latencies), acceptedPerSecond: analysis.acceptedPerSecond,
            samples: state.samples, capUse: CapUseMap(analysis.devices, release: release, end: end),
            verdict: RunVerdict(
                sent: verdict.accepted, duplicate: verdict.duplicateCount + verdict.overlapCount, lost: lost,
                overCap: verdict.overCapCount + verdict.overOpenCount,
                unknown: state.facts?.standing.unknown ?? 0, waiting: state.facts?.standing.waiting ?? 0,
                isLossKnown: state.facts != nil, isEvidence: verdict.malformed == 0, text: "\(verdict)"))
    }
}
