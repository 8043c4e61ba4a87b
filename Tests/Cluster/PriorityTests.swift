import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// Triggers and a campaign on the same devices, which take one message at a time.
    @Suite struct PriorityTests {
        private static let single: Int32 = 10
        private static let stream: Int32 = 300

        @Test func triggersOvertakeACampaignAndLeaveItItsFloor() async throws {
            try await TestCluster.run(
                devices: 2, shards: 1, coordinators: 1, simulator: ["--latency", "fixed:15ms"]
            ) { cluster in
                try await cluster.query(
                    "UPDATE device_caps SET hourly_cap = 100000, daily_cap = 100000, concurrent_cap = 1")
                try await cluster.capsAreKnown(concurrency: 1)
                try await cluster.addCampaign(subscribers: 20_000)
                try await eventually("the campaign to run", within: .seconds(60)) { try cluster.accepted() > 60 }
                try await overtaking(cluster)
                try await floor(cluster)
                try await cluster.query("UPDATE message_runs SET status = 'cancelled'")
                #expect(try await cluster.judge().isClean)
            }
        }

        /// None waits for anything of its device that was claimed later than it.
        private func overtaking(_ cluster: TestCluster) async throws {
            let waiting = try await cluster.number(
                "SELECT count(*) FROM sequence_contacts WHERE kind = 'campaign' AND status = 'active'")
            #expect(waiting >= 1_000, "\(waiting) of the campaign are due")
            let runs = try await start(Self.single, from: 0, cluster)
            let arrivals = try await arrivals(cluster)
            let triggers = arrivals.filter { $0.kind == "trigger" && runs.contains($0.source) }
            #expect(triggers.count == runs.count, "each is in the gateway's log")
            for trigger in triggers {
                let ahead = arrivals.count {
                    $0.kind == "campaign" && $0.device == trigger.device && $0.batch > trigger.batch
                        && $0.nanoseconds < trigger.nanoseconds
                }
                #expect(ahead == 0, "\(ahead) messages of later batches went before trigger run \(trigger.source)")
            }
        }

        /// Devices that always have a trigger waiting send a tenth of what they send for the campaign.
        private func floor(_ cluster: TestCluster) async throws {
            let triggers = try await start(Self.stream, from: Self.single, cluster)
            let arrivals = try await arrivals(cluster)
            let devices = Set(arrivals.map(\.device))
            #expect(devices.count == 2)
            for device in devices {
                let here = arrivals.filter { $0.device == device }
                let stream = here.filter { triggers.contains($0.source) && $0.kind == "trigger" }
                let first = try #require(stream.map(\.nanoseconds).min())
                let last = try #require(stream.map(\.nanoseconds).max())
                let campaign = here.count { $0.kind == "campaign" && first...last ~= $0.nanoseconds }
                let share = Double(campaign) / Double(campaign + stream.count)
                print("\(device): \(campaign) of the campaign beside \(stream.count) triggers")
                #expect((0.05...0.3).contains(share), "\(share) of \(device)'s messages were the campaign's")
            }
        }

        /// Returns their runs once all of them have reached the gateway.
        private func start(_ count: Int32, from first: Int32, _ cluster: TestCluster) async throws -> Set<String> {
            let runs = try await cluster.query(
                """
                INSERT INTO trigger_runs (trigger_id, recipient_user_id, page_id, flow_id, status)
                SELECT 1, (4915900000000 + $2::int + n)::text, 100, f.id, 'queued'
                FROM flows f, generate_series(1, $1) n WHERE f.name = 'sale' RETURNING id::text
                """, [.int32(count), .int32(first)]
            ).column(String.self, at: 0)
            try await eventually("the triggers' messages", within: .seconds(60)) {
                try await cluster.number("SELECT count(*) FROM trigger_runs WHERE status = 'finished'")
                    == Int(first + count)
            }
            return Set(runs)
        }

        private struct Arrival {
            var kind: String
            var source: String
            var batch: Int64
            var device: String
            var nanoseconds: Int64
        }

        /// What reached the gateway, and which batch it was claimed with.
        private func arrivals(_ cluster: TestCluster) async throws -> [Arrival] {
            let rows = try await cluster.query(
                """
                SELECT replace(l.contact_id::text, '-', '') || '-' || l.generation || '-' || l.moves AS key, c.kind,
                    l.source_id, l.batch
                FROM send_ledger l JOIN sequence_contacts c ON c.id = l.contact_id
                """)
            let claims = Dictionary(
                uniqueKeysWithValues: try rows.map { row in
                    (
                        try row.decode(String.self, "key"),
                        (
                            kind: try row.decode(String.self, "kind"), source: try row.decode(String.self, "source_id"),
                            batch: try row.decode(Int64.self, "batch")
                        )
                    )
                })
            var arrivals: [Arrival] = []
            _ = try RequestLogReader(path: cluster.logPath).read { entry in
                guard case .request(let request) = entry, let claim = request.key.flatMap({ claims[$0] }) else {
                    return
                }
                arrivals.append(
                    Arrival(
                        kind: claim.kind, source: claim.source, batch: claim.batch, device: request.device ?? "",
                        nanoseconds: request.nanoseconds))
            }
            return arrivals
        }
    }
}

extension TestCluster {
    /// A campaign of one message to so many subscribers of a page of its own. Returns its run.
    @discardableResult
    func addCampaign(subscribers: Int, page: Int64 = 100) async throws -> Int64 {
        try await query(
            """
            INSERT INTO meta_subscribers (page_id, user_id, user_name)
            SELECT $2, (4920000000000 + $2 * 1000000 + n)::text, 'Ann' FROM generate_series(1, $1) n
            """, [.int32(Int32(subscribers)), .int64(page)])
        try await query(
            """
            INSERT INTO flows (name, nodes, edges)
            SELECT 'sale', '[{"id":"m","type":"message","data":{"text":"Sale"}}]', '[]'
            WHERE NOT EXISTS (SELECT FROM flows WHERE name = 'sale')
            """)
        return try await query(
            """
            INSERT INTO message_runs (page_ids, flow_id, status)
            SELECT ARRAY[$1::bigint], id, 'queued' FROM flows WHERE name = 'sale' RETURNING id
            """, [.int64(page)]
        ).scalar(Int64.self)
    }
}
