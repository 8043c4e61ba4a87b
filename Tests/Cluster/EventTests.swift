import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// Event messages as their users send them: rows in SQL, curl and the command line, through a webhook that takes
    /// 20 a minute and 10 at once.
    @Suite struct EventTests {
        @Test func anEventIsPlannedSentAndHeldToItsProvidersCaps() async throws {
            try await TestCluster.run(devices: 1, shards: 1, coordinators: 1, simulator: ["--latency", "0"]) {
                cluster in
                try await cluster.addWebhook()
                try await cluster.query(
                    """
                    UPDATE device_caps SET windows = '[{"seconds": 60, "limit": 20}]', concurrent_cap = 10,
                        hourly_cap = 1200, daily_cap = 10000
                    """)
                try await cluster.capsAreKnown(concurrency: 10)
                try await cluster.query(
                    """
                    INSERT INTO events (id, name, date, starts_at, ends_at, time_zone)
                    VALUES (7, 'Expo', now(), now() + interval '1 hour', now() + interval '5 hours', 'America/Denver')
                    """)
                try await cluster.query(
                    """
                    INSERT INTO contractors (id, name, first_name, email, phone)
                    SELECT n, 'Ann ' || n, 'Ann', 'ann' || n || '@example.com', (4917100000000 + n)::text
                    FROM generate_series(1, 30) n
                    """)
                try await single(cluster)
                try await planned(cluster)
            }
        }

        /// One row, moved by its event.
        private func single(_ cluster: TestCluster) async throws {
            try await cluster.query(
                """
                INSERT INTO event_messages (event_id, contractor_id, message_type, channel, subject) VALUES
                    (7, 1, 'check_in_reminder_event_start', 'sms', NULL),
                    (7, 1, 'post_event_wrap_up', 'email', 'Thank you')
                """)
            let url = cluster.environment.apiURL
            let stats = try curl("\(url)/api/v1/events/stats?eventId=7")
            #expect(stats.contains(#""delayed":2"#), "\(stats)")
            try await cluster.query(
                "UPDATE events SET starts_at = now() + interval '3 seconds', ends_at = now() - interval '2 hours'")
            try await eventually("both messages", within: .seconds(60)) {
                try await cluster.number("SELECT count(*) FROM event_messages WHERE status = 'sent'") == 2
            }
            let early = try await cluster.number(
                "SELECT count(*) FROM event_messages WHERE actual_send_time < scheduled_time")
            #expect(early == 0)
            #expect(try cluster.webhookRequests().kinds == ["text": 2])
        }

        /// Thirty confirmations at once: the provider takes twenty of them in the first minute.
        private func planned(_ cluster: TestCluster) async throws {
            let url = cluster.environment.apiURL
            let ids = (1...30).map(String.init).joined(separator: ",")
            let plan = try curl(
                "\(url)/api/v1/events/7/plan", "-H", "Content-Type: application/json", "-d",
                #"{"contractorIds":[\#(ids)]}"#)
            #expect(plan.contains(#""registration_confirmation":30"#), "\(plan)")
            try await eventually("the cap to be reached", within: .seconds(60)) { try cluster.accepted() >= 20 }
            let again = try cluster.sluice("events", "plan", "7")
            #expect(again.status == 0 && again.output.hasPrefix("0 messages planned"), "\(again.output)")
            // What the provider has is told so once it is settled.
            try await eventually("what was sent to be known") {
                try await cluster.number("SELECT count(*) FROM event_messages WHERE status = 'sent'") == 20
            }
            let waiting = try await cluster.query(
                "SELECT recipient FROM event_messages WHERE status = 'scheduled' AND recipient IS NOT NULL LIMIT 1"
            ).scalar(String.self)
            let why = try cluster.sluice("why", waiting)
            #expect(why.output.contains("s_cap"), "\(why.output)")
            #expect(try cluster.fullestMinute() == 20, "the provider takes 20 a minute")
            let cleared = try cluster.sluice("events", "clear", "7")
            #expect(cleared.status == 0 && cleared.output.contains("cancelled"), "\(cleared.output)")
            let upcoming = try cluster.sluice("events", "upcoming", "--json")
            #expect(upcoming.status == 0 && upcoming.output.contains(#""messages" : ["#), "\(upcoming.output)")
            #expect(try await cluster.number("SELECT count(*) FROM event_messages WHERE status = 'scheduled'") == 0)
            let note = try cluster.sluice(
                "events", "schedule", "7", "1", "note", "--text", "Hi {firstName}", "--at", "2099-06-01T08:00:00")
            #expect(note.status == 0 && note.output.contains("note"), "\(note.output)")
        }

        private func curl(_ arguments: String...) throws -> String {
            try TestCluster.run(
                program: "/usr/bin/curl", ["--silent", "--show-error", "--max-time", "20"] + arguments, environment: [],
                seconds: 30
            ).output
        }
    }
}

extension TestCluster {
    /// The most requests that were accepted within any minute.
    fileprivate func fullestMinute() throws -> Int {
        var times: [Int64] = []
        _ = try RequestLogReader(path: logPath).read { entry in
            if case .response(let outcome) = entry, outcome.verdict == .accepted { times.append(outcome.nanoseconds) }
        }
        times.sort()
        return times.indices.map { end in times[...end].count { $0 > times[end] - 60_000_000_000 } }.max() ?? 0
    }
}
