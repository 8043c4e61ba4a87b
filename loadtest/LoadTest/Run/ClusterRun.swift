internal import Foundation
internal import Logging
public import SluiceDev

/// One scenario on a cluster of its own, from an empty folder to a result.
///
/// States: loading (under a pause) → released → ended, see ``RunEnding`` → judged. Whatever ends it after the release
/// leaves a result of what was seen until then; before it there is nothing to keep. When it returns nothing runs any
/// more.
public struct ClusterRun: Sendable {
    private let scenario: Scenario
    private let scenarioText: String
    private let options: DevOptions
    private let interruption: Interruption
    private let record = RunRecord()

    /// - Parameters:
    ///   - base: the folder and the programs; the scenario says the rest.
    ///   - interruption: ends the run early when it is requested.
    public init(_ scenario: Scenario, text: String, base: DevOptions, interruption: Interruption) {
        self.scenario = scenario
        scenarioText = text
        options = scenario.options(from: base)
        self.interruption = interruption
    }

    /// Runs and judges it.
    ///
    /// - Throws: what kept it from starting; `CancellationError` when the task was cancelled.
    public func run() async throws -> RunResult {
        let line = ProgressReport()
        let (scenario, record, interruption, dataPath) = (scenario, record, interruption, options.dataPath)
        let logger = Logger(label: "loadtest") { _ in
            NotingLogHandler { text in
                record.note(text)
                line.note("  " + text)
            }
        }
        let cluster = DevCluster(options: options, logger: logger) { line.note("  " + $0) }
        let started = Date()
        do {
            try await cluster.run {
                try await RunDriver(
                    scenario: scenario, place: RunPlace($0, dataPath: dataPath), record: record,
                    interruption: interruption, line: line
                ).run()
            }
        } catch {
            try Task.checkCancellation()
            // A server whose disk is full says little more than that it is gone.
            let full = RunEnding.diskFull(in: dataPath)
            guard record.state.release != nil else { throw full.map { LoadTestError($0.words) } ?? error }
            record.end(full ?? .failed("\(error)"))
        }
        return try Judgment(
            scenario: scenario, scenarioText: scenarioText, requestLog: RunPlace.requestLog(in: dataPath),
            devicePrefix: "", started: started, state: record.state,
            machine: await Machine.here(dataPath: dataPath, program: options.programs.sluice), line: line
        ).result()
    }
}
