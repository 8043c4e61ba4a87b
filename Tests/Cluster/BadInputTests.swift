import Foundation
import PostgresDriver
import RequestLog
import SluiceDev
import TestSupport
import Testing

extension ClusterSuite {
    /// Whatever people get wrong: a clear error or a named hold, and nobody else is delayed.
    @Suite struct BadInputTests {
        @Test func badRowsAreHeldByNameAndDelayNobody() async throws {
            try await TestCluster.run(devices: 6, shards: 2, simulator: ["--latency", "0"]) { cluster in
                try await cluster.addSequence("good", steps: 1)
                try await badSequences(cluster)
                try await badLeads(cluster)
                try await cluster.addLeads(60, trigger: "good")
                try await eventually("the good messages", within: .seconds(20)) {
                    try await cluster.number(
                        "SELECT count(*) FROM sequence_contacts WHERE status = 'completed' AND entry_trigger = 'good'")
                        >= 60
                }
                for (trigger, reason) in [
                    ("empty", "empty_text"), ("null_text", "empty_text"), ("huge", "text_too_long"),
                    ("missing_next", "next_step_missing"), ("cycle", "cycle_without_delay"),
                ] {
                    try await eventually("\(trigger) to be held") {
                        try await cluster.number(
                            "SELECT count(*) FROM sequence_contacts WHERE entry_trigger = '\(trigger)' AND hold_reason = '\(reason)'"
                        ) == 1
                    }
                }
                try await eventually("malformed numbers to be held") {
                    try await cluster.number(
                        "SELECT count(*) FROM sequence_contacts WHERE hold_reason = 'invalid_phone'") == 2
                }
                try await eventually("the unknown device's contact to be held") {
                    try await cluster.number(
                        "SELECT count(*) FROM sequence_contacts WHERE hold_reason = 'unknown_device'") == 1
                }
                let why = try cluster.sluice("why", "4930000000005")
                #expect(why.output.contains("unknown_device"), "\(why.output)")
                let status = try cluster.sluice("status")
                #expect(status.output.contains("held"), "\(status.output)")
                for (command, code) in [
                    ("gateways add post --dialect smtp --base-url http://127.0.0.1:1", "unknown_dialect"),
                    ("campaigns list --workspace defualt", "unknown_workspace"),
                    ("campaigns start --flow welcome --pages 7 --yes", "unknown_flow"),
                ] {
                    let refused = try TestCluster.run(
                        command.split(separator: " ").map(String.init), environment: cluster.environment.variables)
                    #expect(refused.status == 1 && refused.output.contains("[\(code)]"), "\(refused.output)")
                }
                #expect(try await cluster.judge().isClean)
            }
        }

        private func badSequences(_ cluster: TestCluster) async throws {
            try await cluster.query("INSERT INTO sequences (name) VALUES ('bad')")
            try await cluster.query(
                """
                INSERT INTO sequence_steps (sequence_id, trigger, next_trigger, trigger_delay_hours, is_entry_point, content)
                SELECT s.id, v.trigger, v.next, 0, v.entry, v.text FROM sequences s, (VALUES
                    ('empty', NULL, true, '  '), ('null_text', NULL, true, NULL), ('huge', NULL, true, repeat('x', 10000000)),
                    ('missing_next', 'no_such_step', true, 'hello'),
                    ('cycle', 'cycle_b', true, 'round'), ('cycle_b', 'cycle', false, 'and round')
                ) v(trigger, next, entry, text) WHERE s.name = 'bad'
                """)
        }

        private func badLeads(_ cluster: TestCluster) async throws {
            for (index, trigger) in ["empty", "null_text", "huge", "missing_next", "cycle"].enumerated() {
                try await cluster.query(
                    "INSERT INTO leads (phone, trigger) VALUES ($1, $2)",
                    [.string("493000000000\(index)"), .string(trigger)])
            }
            try await cluster.query(
                "INSERT INTO leads (phone, trigger) VALUES ('not a number', 'good'), ('12', 'good')")
            try await cluster.query(
                "INSERT INTO leads (phone, trigger, device_id) VALUES ('4930000000005', 'good', gen_random_uuid())")
        }

        /// I22: a rule of the user's own forbids one contact's attempts.
        @Test func aPoisonRowIsQuarantinedAndDelaysNobody() async throws {
            try await TestCluster.run(devices: 2, shards: 1, simulator: ["--latency", "0"]) { cluster in
                try await cluster.addSequence("good", steps: 1)
                try await cluster.query(
                    "ALTER TABLE send_ledger ADD CONSTRAINT own_rule CHECK (recipient <> '4917000000003')")
                try await cluster.addLeads(40, trigger: "good")
                try await eventually("the others' messages") { try cluster.accepted() == 39 }
                try await eventually("the poison row to be held", within: .seconds(40)) {
                    try await cluster.number(
                        "SELECT count(*) FROM sequence_contacts WHERE status = 'paused' AND hold_reason = 'quarantined'"
                    ) == 1
                }
                let why = try cluster.sluice("why", "4917000000003")
                #expect(why.output.contains("quarantined"), "\(why.output)")
                #expect(try cluster.sluice("status").output.contains("quarantined"))
                try await cluster.query("ALTER TABLE send_ledger DROP CONSTRAINT own_rule")
                try await cluster.query(
                    "UPDATE sequence_contacts SET status = 'active' WHERE hold_reason = 'quarantined'")
                try await eventually("the released row's message") {
                    try cluster.accepted() == 40
                }
                #expect(try await cluster.judge().isClean)
            }
        }

        @Test func commandsSayWhatIsWrong() async throws {
            try await TestCluster.run(devices: 2, shards: 1, coordinators: 1) { cluster in
                let zero = try cluster.sluice("devices", "caps", "device-0001", "0/800/50")
                #expect(zero.status != 0 && zero.output.contains("cap"), "\(zero.output)")
                let below = try cluster.sluice("devices", "caps", "device-0001", "-1/5/5")
                #expect(below.status == 1 && below.output.contains("above 0"), "\(below.output)")
                let large = try cluster.sluice("devices", "caps", "device-0001", "99999999999/1/1")
                #expect(large.status == 1 && large.output.contains("too large"), "\(large.output)")
                for list in [["messages", "list", "--limit", "0"], ["devices", "list", "--state", "broken"]] {
                    let result = try TestCluster.run(list, environment: cluster.environment.variables)
                    #expect(result.status == 64 && result.output.contains("invalid"), "\(list): \(result.output)")
                }
                for arguments in [["--jsn", "1/1/1"], ["1/1/1", "2/2/2"], []] {
                    let result = try TestCluster.run(
                        ["devices", "caps", "device-0001"] + arguments, environment: cluster.environment.variables)
                    #expect(result.status == 64, "\(arguments): \(result.output)")
                }
                #expect(try cluster.sluice("devices", "pause", "device-77").status == 1)
                #expect(try cluster.sluice("why", "12").status == 1)
                await #expect(throws: (any Error).self) {
                    try await cluster.query("UPDATE device_caps SET hourly_cap = 0")
                }
                let twice = try TestCluster.run(
                    ["shard", "--node", "shard-1"], environment: cluster.environment.variables, seconds: 8)
                #expect(twice.output.contains("shard-1"), "\(twice.output)")
                #expect(try cluster.sluice("status").status == 0, "the first shard-1 is as well as before")
            }
        }

        @Test func unreachableServersAreNamed() throws {
            let nowhere = [(name: "DATABASE_URL", value: "postgresql://127.0.0.1:1/none")]
            for command in [["migrate"], ["status"], ["why", "4930000000000"]] {
                let result = try TestCluster.run(command, environment: nowhere)
                #expect(result.status == 2, "\(command): \(result.output)")
                #expect(result.output.contains("127.0.0.1"), "\(result.output)")
            }
            let malformed = try TestCluster.run(["migrate"], environment: [(name: "DATABASE_URL", value: "mysql://x")])
            #expect(malformed.status == 1 && malformed.output.contains("DATABASE_URL"), "\(malformed.output)")
        }
    }
}
