import Foundation
import PostgresDriver
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// A paused campaign ahead of live work costs it nothing.
    @Suite struct PausedAheadTests {
        private static let devices = 100
        private static let pausedPerDevice = 1_000
        private static let rounds = 40

        @Test func aThousandPausedContactsPerDeviceDelayNobody() async throws {
            try await TestCluster.run(devices: Self.devices, shards: 2, simulator: ["--latency", "0"]) { cluster in
                try await cluster.query("UPDATE device_caps SET hourly_cap = 100000, daily_cap = 100000")
                try await cluster.addSequence("live", steps: 1)
                let without = try await quickMilliseconds(cluster, phones: 4_918_000_000_000)
                try await pausedBacklog(cluster)
                let with = try await quickMilliseconds(cluster, phones: 4_919_000_000_000)
                print(
                    "commit to request: \(without) ms without, \(with) ms behind \(Self.pausedPerDevice) paused per device"
                )
                // An allowance for the noise of a busy machine, chosen, not measured: it catches a gross cost, not a small one.
                #expect(with <= without + 50)
            }
        }

        /// Due since yesterday, at the highest priority, in a sequence that is paused.
        private func pausedBacklog(_ cluster: TestCluster) async throws {
            try await cluster.query(
                """
                WITH s AS (INSERT INTO sequences (name, priority, is_active) VALUES ('paused', 1, false) RETURNING id)
                INSERT INTO sequence_steps (sequence_id, trigger, is_entry_point, content)
                SELECT id, 'paused', true, 'never' FROM s
                """)
            try await cluster.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone, assigned_device_id, next_trigger_time)
                SELECT s.id, (4920000000000 + d.n * 10000 + i)::text, d.id, now() - interval '1 day'
                FROM sequences s, (SELECT id, row_number() OVER (ORDER BY device_name) AS n FROM user_devices) d,
                    generate_series(1, $1) i
                WHERE s.name = 'paused'
                """, [.int32(Int32(Self.pausedPerDevice))])
            try await eventually("the backlog to have its lanes", within: .seconds(90)) {
                try await cluster.number("SELECT count(*) FROM enrollment_intake") == 0
            }
            #expect(
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE status = 'active' AND lane_id IS NOT NULL")
                    == Self.devices * Self.pausedPerDevice)
        }

        /// One lead after the other gets its trigger; from the commit to the request's arrival. The lower quartile: what the way itself
        /// takes, with the least of what else the machine did meanwhile (vacuuming a hundred thousand new rows, for one).
        private func quickMilliseconds(_ cluster: TestCluster, phones: Int) async throws -> Double {
            var times: [Double] = []
            for round in 0..<Self.rounds {
                let phone = "\(phones + round)"
                let committed = try await cluster.query(
                    """
                    INSERT INTO leads (name, phone, trigger, device_id)
                    SELECT 'x', $1, 'live', id FROM user_devices ORDER BY device_name OFFSET $2 LIMIT 1
                    RETURNING (extract(epoch FROM clock_timestamp()) * 1e9)::bigint
                    """, [.string(phone), .int64(Int64(round))]
                ).scalar(Int64.self)
                var arrived: Int64?
                let deadline = ContinuousClock.now + .seconds(10)
                while arrived == nil, ContinuousClock.now < deadline {
                    _ = try RequestLogReader(path: cluster.logPath).read { entry in
                        if case .request(let request) = entry, request.recipient == phone {
                            arrived = request.nanoseconds
                        }
                    }
                }
                let nanoseconds = try #require(arrived, "the message of \(phone)") - committed
                times.append(Double(nanoseconds) / 1e6)
            }
            return times.sorted()[times.count / 4]
        }
    }
}
