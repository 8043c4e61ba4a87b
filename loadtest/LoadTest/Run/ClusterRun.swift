internal import AsyncHTTPClient
internal import Foundation
internal import Logging
internal import PostgresDriver
public import SluiceDev
internal import Synchronization

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
        let (record, driver) = (record, self)
        let logger = Logger(label: "loadtest") { _ in
            NotingLogHandler { text in
                record.note(text)
                line.note("  " + text)
            }
        }
        let cluster = DevCluster(options: options, logger: logger) { line.note("  " + $0) }
        let started = Date()
        do {
            try await cluster.run { try await driver.drive($0, line) }
        } catch {
            try Task.checkCancellation()
            guard record.state.release != nil else { throw error }
            record.end(.failed("\(error)"))
        }
        line.note("  judging the request log")
        return try await Judgment(
            scenario: scenario, scenarioText: scenarioText, options: options, started: started, state: record.state
        ).result()
    }

    private func drive(_ environment: DevEnvironment, _ line: ProgressReport) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            // A pool, because a server that dies comes back: what it did not answer is a gap in the samples.
            let pool = PostgresPool(
                try RunConnection.configuration(environment.databaseURL),
                limits: PostgresPoolConfiguration(maximumConnections: 3))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.run() }
                defer { group.cancelAll() }
                try await drive(environment, pool, client, line)
            }
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func drive(
        _ environment: DevEnvironment, _ connection: any PostgresExecutor, _ client: HTTPClient, _ line: ProgressReport
    ) async throws {
        let progress = { (text: String) in
            if interruption.isRequested { throw LoadTestError("interrupted before the start; nothing was measured") }
            line.show("  " + text)
        }
        let loading = Loading(scenario: scenario, connection: connection, progress: progress)
        try await loading.pause()
        if scenario.fanOut > 0 {
            let fanOut = try await FanOut.measure(scenario.fanOut, connection: connection, progress: progress)
            record.change { $0.fanOut = fanOut }
        }
        let leads = try await loading.run()
        if scenario.hasFloors {
            let floors = try await Floors.measure(
                gatewayURL: environment.gatewayURL, connection: connection, progress: progress)
            record.change { $0.floors = floors }
            line.note("  " + floors.lines.joined(separator: ", "))
        }
        let http = LocalHTTP(client)
        let before = try await http.gatewayStatistics(environment.gatewayURL)
        line.note("  released: \(scenario.plainWords)")
        let released = try await loading.release()
        let start = ContinuousClock.now
        record.change { $0.release = released }
        let sampler = Sampler(
            http: http, environment: environment, dataPath: options.dataPath, before: before, record: record,
            show: { sample, earlier in line.show("  " + scenario.progress(sample, earlier)) })
        let stream = TriggerStream(rate: scenario.triggers.rate, leads: leads, record: record)
        let incidents = Incidents(
            scenario: scenario, databaseURL: environment.databaseURL, dataPath: options.dataPath, record: record,
            progress: { line.note("  " + $0) })
        try await measure(start, connection, sampler, stream, incidents)
        try await close(loading, http, environment, connection)
    }

    /// Until the watch says that it is over. What watches and what generates is a child of this call.
    private func measure(
        _ start: ContinuousClock.Instant, _ connection: any PostgresExecutor, _ sampler: Sampler,
        _ stream: TriggerStream, _ incidents: Incidents
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in [
                { try await sampler.run(on: connection, from: start) },
                { try await stream.run(on: connection, from: start) },
                { try await incidents.run(from: start) },
            ] as [@Sendable () async throws -> Void] {
                group.addTask {
                    do {
                        try await part()
                    } catch {
                        // Cancelled is how they end; anything else ends the run, and what was seen is kept.
                        if !Task.isCancelled { record.end(.failed("\(error)")) }
                    }
                }
            }
            try await RunWatch(
                scenario: scenario, dataPath: options.dataPath, record: record, interruption: interruption
            ).untilOver(from: start)
            group.cancelAll()
        }
    }

    /// Lets what is open end, and reads what only the tables know.
    private func close(
        _ loading: Loading, _ http: LocalHTTP, _ environment: DevEnvironment, _ connection: any PostgresExecutor
    ) async throws {
        try await loading.halt()
        let deadline = ContinuousClock.now + .seconds(scenario.gateway.timeout + scenario.gateway.lateAccept + 5)
        while ContinuousClock.now < deadline {
            let open = try await http.gatewayStatistics(environment.gatewayURL).open
            let reserved = try await connection.query("SELECT count(*) FROM send_ledger WHERE state = 'reserved'")
            if open == 0, try reserved.scalar(Int64.self) == 0 { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        let tables = Tables(connection: connection)
        let facts = RunRecord.TableFacts(
            expected: try await tables.expectedKeys(), plan: try await tables.capPlan(),
            standing: try await tables.standing(scarce: 0))
        record.change { $0.facts = facts }
    }
}
