internal import AsyncHTTPClient
internal import Foundation
internal import PostgresDriver

/// Loads a scenario's work into a cluster that runs, lets it go, and watches until it is over; whose cluster that is, is
/// its caller's to know.
struct RunDriver {
    let scenario: Scenario
    let place: RunPlace
    let record: RunRecord
    let interruption: Interruption
    let line: ProgressReport

    /// - Throws: what kept the run from starting, or broke it when the record has a release already.
    func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            // A pool, because a server that dies comes back: what it did not answer is a gap in the samples.
            let configuration = try RunConnection.configuration(place.databaseURL)
            let pool = PostgresPool(configuration, limits: PostgresPoolConfiguration(maximumConnections: 3))
            // Its session's CPU is told apart from the cluster's.
            let watching = PostgresPool(configuration, limits: PostgresPoolConfiguration(maximumConnections: 1))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pool in [pool, watching] { group.addTask { try await pool.run() } }
                defer { group.cancelAll() }
                try await drive(pool, watching, LocalHTTP(client))
            }
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func drive(
        _ connection: any PostgresExecutor, _ watching: any PostgresExecutor, _ http: LocalHTTP
    ) async throws {
        let progress = { @Sendable (text: String) in
            if interruption.isRequested { throw LoadTestError("interrupted before the start; nothing was measured") }
            line.show("  " + text)
        }
        let loading = Loading(scenario: scenario, place: place, connection: connection, progress: progress)
        try await loading.pause()
        if scenario.fanOut > 0 {
            let fanOut = try await FanOut.measure(scenario.fanOut, connection: connection, progress: progress)
            record.change { $0.fanOut = fanOut }
        }
        let triggers = try await loading.run()
        if !scenario.peers.isEmpty {
            let peers = try await Peer.measure(scenario.peers, progress: progress)
            record.change {
                $0.peers = peers
                $0.notes += peers.map(\.line)
            }
            for peer in peers { line.note("  " + peer.line) }
        }
        if scenario.hasFloors {
            let floors = try await Floors.measure(
                gatewayURL: place.controlURL, connection: connection, progress: progress)
            record.change { $0.floors = floors }
            line.note("  " + floors.lines.joined(separator: ", "))
        }
        let meter = try await GatewayMeter(http, place)
        line.note("  released: \(scenario.plainWords)")
        let released = try await loading.release()
        let start = ContinuousClock.now
        record.change { $0.release = released }
        let sampler = Sampler(
            http: http, gateway: meter, place: place, record: record,
            show: { sample, earlier in line.show("  " + scenario.progress(sample, earlier)) })
        let stream = TriggerStream(rate: scenario.triggers.rate, work: triggers, record: record)
        let incidents = Incidents(
            scenario: scenario, place: place, record: record, progress: { line.note("  " + $0) })
        try await measure(
            start,
            [
                { try await sampler.run(on: watching, from: start) },
                { try await stream.run(on: connection, from: start) },
                { try await incidents.run(from: start) },
            ])
        try await close(loading, http, connection)
    }

    /// Until the watch says that it is over. The parts watch and generate; each is a child of this call.
    private func measure(
        _ start: ContinuousClock.Instant, _ parts: [@Sendable () async throws -> Void]
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in parts {
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
                scenario: scenario, dataPath: place.dataPath, record: record, interruption: interruption
            ).untilOver(from: start)
            group.cancelAll()
        }
    }

    /// Lets what is open end, and reads what only the tables know.
    private func close(
        _ loading: Loading, _ http: LocalHTTP, _ connection: any PostgresExecutor
    ) async throws {
        try await loading.halt()
        let deadline = ContinuousClock.now + .seconds(scenario.gateway.timeout + scenario.gateway.lateAccept + 5)
        while ContinuousClock.now < deadline {
            // Where others send too, what is open is not the run's alone; a simulator that is gone has nothing open.
            let open = place.dataPath == nil ? 0 : (try? await http.gatewayStatistics(place.controlURL).open) ?? 0
            let reserved = try await connection.query(
                "SELECT count(*) FROM send_ledger WHERE state = 'reserved' AND workspace_id = $1",
                [.string(place.workspace)])
            if open == 0, try reserved.scalar(Int64.self) == 0 { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        let tables = Tables(connection: connection, workspace: place.workspace)
        let facts = RunRecord.TableFacts(
            expected: try await tables.expectedKeys(), plan: try await tables.capPlan(),
            standing: try await tables.standing(scarce: 0))
        record.change { $0.facts = facts }
    }
}
