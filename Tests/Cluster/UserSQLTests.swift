import Foundation
import FoundationNetworking
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// What people type, as they type it.
    @Suite struct UserSQLTests {
        @Test func setUpMonitorPauseAndResume() async throws {
            try await TestCluster.run(devices: 20, shards: 2) { cluster in
                try await setUpAndEnroll(cluster)
                try await rowsWhileAResponseIsHeld(cluster)
                try await monitoring(cluster)
                try await pausedSequenceHolds(cluster)
                try await externalIdEnrollsOnce(cluster)
            }
        }

        private func setUpAndEnroll(_ cluster: TestCluster) async throws {
            try await cluster.query(
                """
                WITH s AS (INSERT INTO sequences (name, niche, is_active) VALUES ('Fitness', 'fitness', true) RETURNING id)
                INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, trigger_delay_hours, is_entry_point, message_text)
                SELECT s.id, 1, 'fitness_start', 'fitness_day2', 24, true, 'Welcome' FROM s
                UNION ALL SELECT s.id, 2, 'fitness_day2', NULL, 24, false, 'Day two' FROM s
                """)
            try await cluster.query(
                "INSERT INTO leads (name, phone, niche) VALUES ('Ada', '+49 151-2345678', 'fitness')")
            try await cluster.query("UPDATE leads SET trigger = 'fitness_start,unheard_of' WHERE niche = 'fitness'")
            let started = ContinuousClock.now
            try await eventually("the enrollment", within: .seconds(1)) {
                try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE recipient = '491512345678'") == 1
            }
            print("enrolled within \(started.duration(to: .now)) of the commit")
            try await eventually("the first message") { try cluster.accepted() == 1 }
            try await eventually("the move to day two") {
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE current_trigger = 'fitness_day2' AND processing_device_id IS NULL"
                ) == 1
            }
        }

        private func rowsWhileAResponseIsHeld(_ cluster: TestCluster) async throws {
            try await cluster.control("hold", #"{"hold":true}"#)
            try await cluster.query(
                "UPDATE sequence_contacts SET next_trigger_time = now() WHERE contact_phone = '+49 151-2345678'")
            try await eventually("the processing columns") {
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE processing_device_id IS NOT NULL AND processing_started_at IS NOT NULL"
                ) == 1
            }
            try await eventually("the request to arrive") {
                try cluster.judgeOpen() == 1
            }
            try await cluster.control("hold", #"{"hold":false}"#)
            try await eventually("the columns to be cleared") {
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE processing_device_id IS NULL AND processing_started_at IS NULL AND status = 'completed'"
                ) == 1
            }
            try await eventually("the trigger to be taken off the lead") {
                try await cluster.number("SELECT count(*) FROM leads WHERE trigger = 'unheard_of'") == 1
            }
        }

        private func monitoring(_ cluster: TestCluster) async throws {
            let perStatus = try await cluster.query(
                """
                SELECT s.name, sc.status, COUNT(*) FROM sequence_contacts sc JOIN sequences s ON s.id = sc.sequence_id
                GROUP BY s.name, sc.status
                """)
            #expect(perStatus.count == 1)
            let load = try await cluster.query(
                """
                SELECT d.device_name, l.messages_hour, l.messages_today, l.current_processing, l.is_available
                FROM device_load_balance l JOIN user_devices d ON d.id = l.device_id ORDER BY l.messages_hour DESC LIMIT 5
                """)
            #expect(try load[0].decode(Int32.self, "messages_hour") == 2)
            #expect(
                try await cluster.number(
                    "SELECT count(*) FROM sequence_contacts WHERE processing_started_at < now() - interval '5 minutes'")
                    == 0)
            #expect(try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE retry_count > 0") == 0)
        }

        private func pausedSequenceHolds(_ cluster: TestCluster) async throws {
            try await cluster.query("UPDATE sequences SET is_active = false WHERE name = 'Fitness'")
            try await cluster.query(
                "INSERT INTO leads (name, phone, trigger) VALUES ('Bob', '4915199999', 'fitness_start')")
            try await cluster.query("UPDATE sequences SET is_active = true WHERE name = 'Fitness'")
            // Activating it finds the lead that had the trigger already.
            try await eventually("the message after the resume") { try cluster.accepted() == 3 }
        }

        private func externalIdEnrollsOnce(_ cluster: TestCluster) async throws {
            for _ in 1...2 {
                try await cluster.query(
                    """
                    INSERT INTO sequence_contacts (sequence_id, contact_phone, contact_name, external_id)
                    SELECT id, '4915188888', 'Cleo', 'order-77' FROM sequences WHERE name = 'Fitness'
                    """)
            }
            try await eventually("one message") { try cluster.accepted() == 4 }
            #expect(
                try await cluster.number("SELECT count(*) FROM sequence_contacts WHERE external_id = 'order-77'") == 1)
        }
    }
}

extension TestCluster {
    /// One of the simulator's controls.
    func control(_ name: String, _ body: String) async throws {
        var request = URLRequest(url: try #require(URL(string: "\(environment.gatewayURL)/_sim/\(name)")))
        request.httpMethod = "POST"
        request.httpBody = Data(body.utf8)
        let (_, response) = try await URLSession.shared.data(for: request)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
    }

    /// Requests that arrived and have no answer yet.
    func judgeOpen() throws -> Int {
        try RequestLogJudge.judge(path: logPath, plan: CapPlan()).unfinished
    }
}
