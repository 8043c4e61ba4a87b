internal import Foundation
internal import PostgresDriver

/// One scenario on a cluster that runs already and stays.
///
/// What it makes is a workspace with devices of its own, whose gateway is the simulator; nothing else in the cluster is
/// written, paused, sent to or removed, and its nodes are left as they are. When it returns the workspace is gone; where
/// it could not be taken away (the database died) the result says so, and the next run begins with that.
public struct NamedRun: Sendable {
    private let cluster: NamedCluster
    private let scenario: Scenario
    private let scenarioText: String
    private let program: String
    private let interruption: Interruption
    private let record = RunRecord()

    /// - Parameter program: whose build the result names: this one's, the cluster's is not known.
    public init(
        _ scenario: Scenario, text: String, on cluster: NamedCluster, program: String, interruption: Interruption
    ) {
        (self.scenario, scenarioText, self.cluster) = (scenario, text, cluster)
        (self.program, self.interruption) = (program, interruption)
    }

    /// Runs and judges it.
    ///
    /// - Throws: what kept it from starting, in words; `CancellationError` when the task was cancelled.
    public func run() async throws -> RunResult {
        let objections = cluster.objections(to: scenario)
        guard objections.isEmpty else {
            throw LoadTestError(
                "\(scenario.name) cannot run on a cluster that it did not start:\n  "
                    + objections.joined(separator: "\n  "))
        }
        let line = ProgressReport()
        let started = Date()
        let place = RunPlace(cluster, token: "\(Int(started.timeIntervalSince1970))")
        let configuration = try RunConnection.configuration(place.databaseURL)
        let postgres: String
        do {
            postgres = try await PostgresConnection.withConnection(configuration) { connection in
                try await run(OwnRows(connection: connection), place, line)
                return try await connection.query("SELECT 'PostgreSQL ' || current_setting('server_version')")
                    .scalar(String.self)
            }
        } catch {
            try Task.checkCancellation()
            guard record.state.release != nil else { throw error }
            record.end(.failed("\(error)"))
            postgres = "unknown"
        }
        return try Judgment(
            scenario: scenario, scenarioText: scenarioText, requestLog: place.requestLog,
            devicePrefix: place.devicePrefix, started: started, state: record.state,
            machine: await Machine.here(dataPath: nil, program: program, postgres: postgres), line: line
        ).result()
    }

    private func run(_ rows: OwnRows, _ place: RunPlace, _ line: ProgressReport) async throws {
        guard try await rows.isLocked() else { throw LoadTestError("another load test runs on this cluster") }
        let others = try await rows.others()
        guard others.isNone || cluster.isShared else {
            throw LoadTestError(
                "the cluster has \(others.words) that are not the load test's. Nothing of theirs would be sent to, paused or removed, but the run would take their nodes' time: --beside-others runs it all the same"
            )
        }
        let nodes = try await rows.nodes()
        guard nodes > 0 else { throw LoadTestError("no node of the cluster has a live lease: start it first") }
        line.note("  \(nodes) nodes; \(others.isNone ? "nobody else's rows" : others.words + " of others, left alone")")
        record.change {
            $0.nodes = nodes
            $0.notes += cluster.notes(for: scenario, nodes: nodes, others: others)
        }
        line.note("  removing what an earlier run may have left")
        try await rows.remove()
        try await SimulatorProbe(place: place).check()
        do {
            try await rows.addDevices(scenario, place)
            line.note("  \(scenario.cluster.devices) devices in workspace \(OwnRows.workspace)")
            try await RunDriver(
                scenario: scenario, place: place, record: record, interruption: interruption, line: line
            ).run()
        } catch {
            await remove(rows, line)
            throw error
        }
        await remove(rows, line)
    }

    private func remove(_ rows: OwnRows, _ line: ProgressReport) async {
        line.note("  removing workspace \(OwnRows.workspace)")
        do {
            try await rows.remove()
        } catch {
            let words =
                "workspace \(OwnRows.workspace) could not be removed (\(error)); the next run on this cluster removes it"
            line.note("  " + words)
            record.note(words)
        }
    }
}
