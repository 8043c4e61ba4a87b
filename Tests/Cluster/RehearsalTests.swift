import Foundation
import PostgresDriver
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// An event before it is in earnest: everything goes to the simulator, and nowhere else.
    @Suite struct RehearsalTests {
        @Test func itIsPlayedAgainstTheSimulatorAlone() async throws {
            try await TestCluster.run(devices: 1, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await cluster.query(
                    """
                    UPDATE device_caps SET windows = '[{"seconds": 60, "limit": 20}]', hourly_cap = 1000;
                    """)
                try await cluster.query(
                    """
                    INSERT INTO events (id, name, starts_at, ends_at, time_zone) VALUES
                        (7, 'Expo', now() + interval '7 days', now() + interval '7 days 8 hours', 'Europe/Berlin')
                    """)
                try await cluster.query(
                    """
                    INSERT INTO contractors (id, name, phone)
                    SELECT n, 'Ann ' || n, '+49170000' || lpad(n::text, 4, '0') FROM generate_series(1, 25) n
                    """)
                try await cluster.query(
                    """
                    INSERT INTO event_sessions (event_id, contractor_id, kind, starts_at, ends_at, title)
                    SELECT 7, n, 'session', now() + interval '7 days 1 hour', now() + interval '7 days 2 hours', 'T'
                    FROM generate_series(1, 25) n
                    """)
                let played = try cluster.sluice("events", "rehearse", "7", "--speed", "1000000")
                #expect(played.status == 0, "\(played.output)")
                #expect(played.output.contains("accepted"), "\(played.output)")
                #expect(played.output.contains("its cap is 20"), "\(played.output)")
                #expect(try cluster.accepted() > 25)
                let count = "SELECT count(*) FROM send_ledger"
                #expect(try await cluster.number(count) == 0, "nothing of it is a message")
                #expect(try await cluster.number("SELECT count(*) FROM event_messages") == 0)

                // Another address, where no simulator is.
                let before = try cluster.accepted()
                try await cluster.query(
                    "INSERT INTO gateways (id, dialect, base_url) VALUES ('real', 'gowa', '\(cluster.environment.apiURL)')"
                )
                let refused = try cluster.sluice("events", "rehearse", "7", "--gateway", "real")
                #expect(refused.status == 1, "\(refused.output)")
                #expect(refused.output.contains("not the gateway simulator"), "\(refused.output)")
                let looked = try cluster.sluice("events", "rehearse", "7", "--gateway", "real", "--look", "--json")
                #expect(looked.status == 0 && looked.output.contains("conflicts"), "\(looked.output)")
                #expect(try cluster.accepted() == before)
            }
        }
    }
}
