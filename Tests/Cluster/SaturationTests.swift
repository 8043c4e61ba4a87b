import Foundation
import PostgresDriver
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// Every device has more work than its caps allow, with an hour of 15 s and a day of 45 s. The judge is the request
    /// log.
    @Suite struct SaturationTests {
        private static let hour = 15.0
        private static let day = 45.0
        private static let hourlyCap = 6
        private static let dailyCap = 11
        private static let devices = 24

        @Test func capsAreFullAndNeverBroken() async throws {
            try await TestCluster.run(
                devices: Self.devices, simulator: ["--latency", "fixed:300ms"],
                nodes: ["SLUICE_HOUR_SECONDS": "\(Int(Self.hour))", "SLUICE_DAY_SECONDS": "\(Int(Self.day))"]
            ) { cluster in
                try await cluster.query(
                    "UPDATE device_caps SET hourly_cap = $1, daily_cap = $2, concurrent_cap = 2",
                    [.int32(Int32(Self.hourlyCap)), .int32(Int32(Self.dailyCap))])
                try await cluster.capsAreKnown(concurrency: 2)
                try await cluster.addSequence("saturate", steps: 2)
                try await cluster.addLeads(Self.devices * 30, trigger: "saturate")
                // Long enough for a second day to begin, so that the windows roll under load. The end is an event of
                // the log.
                let total = Self.devices * (Self.dailyCap + Self.hourlyCap)
                try await eventually("the second day's sends", within: .seconds(120)) {
                    try cluster.accepted() >= total
                }

                let verdict = try await cluster.judge(windows: [
                    CapRules.Window(seconds: Self.hour, cap: Self.hourlyCap),
                    CapRules.Window(seconds: Self.day, cap: Self.dailyCap),
                ])
                #expect(verdict.isClean, "\(verdict)")
                #expect(verdict.withoutKey == 0)
                #expect(
                    verdict.filledWindows == Self.devices * 2, "every window of every device was full once: \(verdict)")
                #expect(verdict.maxOpen?.count == 2)
                try await everyRequestWasReserved(cluster)
            }
        }

        /// I3: a ledger row with the request's message, device and epoch, reserved before the request arrived.
        private func everyRequestWasReserved(_ cluster: TestCluster) async throws {
            let rows = try await cluster.query(
                """
                SELECT replace(l.contact_id::text, '-', '') || '-' || l.generation || '-' || l.moves || '/' || l.attempt AS key,
                    d.device_name, l.epoch, l.reserved_at
                FROM send_ledger l JOIN user_devices d ON d.id = l.device_id
                """)
            var ledger: [String: PostgresRow] = [:]
            for row in rows { ledger[try row.decode(String.self, "key")] = row }
            var seen = 0
            for case .request(let request) in try RequestLogReader(path: cluster.logPath).entries() {
                let name = "\(request.key ?? "")/\(request.attempt ?? -1)"
                let row = try #require(ledger[name], "a request without a reserve: \(name)")
                #expect(try row.decode(String.self, "device_name") == request.device)
                #expect(try row.decode(Int64.self, "epoch") == request.epoch)
                let reserved = try row.decode(PostgresTimestamp.self, "reserved_at").microsecondsSinceEpoch
                #expect(reserved * 1_000 <= request.nanoseconds, "\(name) arrived before its reserve")
                seen += 1
            }
            #expect(seen > 0)
        }
    }
}

/// Tests that run real binaries take the whole machine: one after the other.
@Suite(.serialized) struct ClusterSuite {}
