import Foundation
import GatewaySimulator
import PostgresDriver
import RequestLog
import TestSupport
import Testing

@testable import LoadTest

/// The floors count real work: requests that the simulator logged, rows that are settled.
@Suite struct FloorTests {
    @Test func theBareClientsRequestsAreInTheLog() async throws {
        let log = FileManager.default.temporaryDirectory.appending(path: "sluice-floor-\(UUID().uuidString).jsonl").path
        defer {
            // Removed already is as good.
            try? FileManager.default.removeItem(atPath: log)
        }
        var configuration = SimulatorConfiguration(logPath: log)
        configuration.scenario.latency = .stress
        let rate = try await GatewaySimulator.withRunning(configuration) { gateway in
            try await HTTPFloor(gatewayURL: gateway.url, warmUp: .zero, measured: .milliseconds(500)).measure()
        }
        var accepted = 0
        var analysis = LogAnalysis(Scenario(), RunRecord.State(), release: 0)
        for entry in try RequestLogReader(path: log).entries() {
            if case .response(let outcome) = entry, outcome.verdict == .accepted { accepted += 1 }
            analysis.add(entry)
        }
        #expect(rate > 0 && accepted >= Int(rate / 2))
        #expect(analysis.accepted == 0, "nobody's messages")
    }

    @Test func bareSQLSettlesWhatItClaims() async throws {
        try await TestDatabase.with { database in
            var configuration = database.configuration
            configuration.settings = [:]
            try await PostgresConnection.withConnection(configuration) { connection in
                let rate = try await SQLFloor(connection: connection, measured: .milliseconds(500)).measure()
                #expect(rate > 0)
                let left = try await connection.query(
                    "SELECT count(*) FROM pg_namespace WHERE nspname = 'sluice_loadtest_floor'")
                #expect(try left.scalar(Int64.self) == 0)
            }
        }
        #expect(abs(Floors(http: 10_000, sql: 20_000).composed - 6_666.67) < 0.01)
    }
}
