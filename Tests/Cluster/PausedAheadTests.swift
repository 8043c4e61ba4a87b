import Foundation
import PostgresDriver
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// A paused campaign ahead of live work costs it nothing.
    ///
    /// Three groups of devices get bursts of live messages in turns: two without a backlog and one behind it. How far
    /// the two equal groups differ, burst by burst, is the noise of this machine in this minute, and the bound comes
    /// from it.
    @Suite struct PausedAheadTests {
        private static let devicesPerGroup = 60
        private static let pausedPerDevice = 1_000
        private static let rounds = 24
        /// One run in 2,000 of a cluster without any cost lands beyond so many standard errors.
        private static let standardErrors = 3.3

        private enum Group: Int, CaseIterable { case bare, alsoBare, behindBacklog }

        @Test func aThousandPausedContactsPerDeviceDelayNobody() async throws {
            let devices = Self.devicesPerGroup * Group.allCases.count
            try await TestCluster.run(devices: devices, shards: 2, simulator: ["--latency", "0"]) { cluster in
                try await cluster.query(
                    "UPDATE device_caps SET hourly_cap = 100000, daily_cap = 100000, concurrent_cap = 100")
                try await cluster.addSequence("live", steps: 1)
                try await pausedBacklog(cluster)
                // A cost is there each time; what the machine did meanwhile is not.
                var (cost, bound) = try await measured(cluster, from: 0)
                if cost > bound { (cost, bound) = try await measured(cluster, from: Self.rounds + 1) }
                #expect(cost <= bound)
            }
        }

        /// What the backlog costs a burst, and beyond what that is no chance, in milliseconds.
        private func measured(_ cluster: TestCluster, from first: Int) async throws -> (cost: Double, bound: Double) {
            let times = try await interleavedBursts(cluster, from: first)
            let same = zip(times[.alsoBare]!, times[.bare]!).map { $0 - $1 }
            let behind = zip(times[.behindBacklog]!, times[.bare]!).map { $0 - $1 }
            let bound = Self.standardErrors * Self.standardErrorOfMedian(same)
            let cost = Self.quantile(behind, 0.5)
            print(
                """
                burst of \(Self.devicesPerGroup), commit to last request: \(Self.words(Self.quantile(times[.bare]!, 0.5))); \
                behind \(Self.pausedPerDevice) paused per device \(Self.words(cost)) more, on equal devices \
                \(Self.words(Self.quantile(same, 0.5))) more; bound \(Self.words(bound))
                """)
            return (cost, bound)
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
                FROM sequences s, (SELECT id, row_number() OVER (ORDER BY device_name) - 1 AS n FROM user_devices) d,
                    generate_series(1, $1) i
                WHERE s.name = 'paused' AND d.n % 3 = $2
                """, [.int32(Int32(Self.pausedPerDevice)), .int32(Int32(Group.behindBacklog.rawValue))])
            try await eventually("the backlog to have its lanes", within: .seconds(90)) {
                try await cluster.number("SELECT count(*) FROM enrollment_intake") == 0
            }
            #expect(
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE status = 'active' AND lane_id IS NOT NULL")
                    == Self.devicesPerGroup * Self.pausedPerDevice)
            // Else the vacuum of the new rows runs into the first bursts.
            try await cluster.query("VACUUM ANALYZE sequence_contacts")
        }

        /// In milliseconds, one time per round and group. The order of the groups turns, so that none always goes
        /// first.
        private func interleavedBursts(_ cluster: TestCluster, from first: Int) async throws -> [Group: [Double]] {
            var times: [Group: [Double]] = [:]
            var offset: Int64 = 0
            // The first round warms up the plans and connections.
            for round in first...first + Self.rounds {
                for turn in Group.allCases.indices {
                    let group = Group.allCases[(round + turn) % Group.allCases.count]
                    let time = try await burst(on: group, round, cluster, from: &offset)
                    if round > first { times[group, default: []].append(time) }
                }
            }
            return times
        }

        /// One lead for each device of a group, in one statement; from the commit to the arrival of the last request.
        private func burst(
            on group: Group, _ round: Int, _ cluster: TestCluster, from offset: inout Int64
        ) async throws -> Double {
            let firstPhone = 4_918_000_000_000 + (round * Group.allCases.count + group.rawValue) * 1_000
            let committed = try await cluster.query(
                """
                WITH d AS (SELECT id, row_number() OVER (ORDER BY device_name) - 1 AS n FROM user_devices), l AS (
                    INSERT INTO leads (name, phone, trigger, device_id)
                    SELECT 'x', ($1 + n / 3)::text, 'live', id FROM d WHERE n % 3 = $2 RETURNING 1)
                SELECT (extract(epoch FROM clock_timestamp()) * 1e9)::bigint FROM (SELECT count(*) FROM l) counted
                """, [.int64(Int64(firstPhone)), .int32(Int32(group.rawValue))]
            ).scalar(Int64.self)
            let phones = firstPhone..<firstPhone + Self.devicesPerGroup
            var arrived = 0
            var last = committed
            let deadline = ContinuousClock.now + .seconds(20)
            while arrived < Self.devicesPerGroup {
                guard ContinuousClock.now < deadline else {
                    throw ClusterTestError("\(arrived) of \(Self.devicesPerGroup) messages arrived")
                }
                let pass = try RequestLogReader(path: cluster.logPath).read(from: offset) { entry in
                    guard case .request(let request) = entry, let phone = request.recipient.flatMap({ Int($0) }),
                        phones.contains(phone)
                    else { return }
                    arrived += 1
                    last = max(last, request.nanoseconds)
                }
                offset = pass.nextOffset
                try await Task.sleep(for: .milliseconds(2))
            }
            return Double(last - committed) / 1e6
        }

        /// From the middle half, so that a burst which the machine held up does not loosen the bound: for a normal
        /// distribution the interquartile range is 1.349 standard deviations, and the median's standard error 1.2533
        /// deviations / √n.
        private static func standardErrorOfMedian(_ values: [Double]) -> Double {
            let deviation = (quantile(values, 0.75) - quantile(values, 0.25)) / 1.349
            return 1.2533 * deviation / Double(values.count).squareRoot()
        }

        private static func words(_ milliseconds: Double) -> String { "\((milliseconds * 10).rounded() / 10) ms" }

        private static func quantile(_ values: [Double], _ share: Double) -> Double {
            let sorted = values.sorted()
            let position = share * Double(sorted.count - 1)
            let low = Int(position)
            let high = min(low + 1, sorted.count - 1)
            return sorted[low] + (sorted[high] - sorted[low]) * (position - Double(low))
        }
    }
}
