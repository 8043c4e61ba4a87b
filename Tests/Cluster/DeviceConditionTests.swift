import Foundation
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// What waits, why, and that it goes on by itself.
    @Suite struct DeviceConditionTests {
        @Test func aLoggedOutDeviceHoldsItsContactsAndComesBack() async throws {
            try await TestCluster.run(devices: 4, shards: 2) { cluster in
                try await cluster.addSequence("condition", steps: 1)
                try await cluster.control("devices/device-0001", #"{"state":"logged_out"}"#)
                try await cluster.addLeads(40, trigger: "condition")
                try await eventually("the other devices' messages", within: .seconds(20)) {
                    try cluster.accepted() == 30
                }
                try await eventually("the device's condition") {
                    try await cluster.number("SELECT count(*) FROM device_states WHERE state = 'logged_out'") == 1
                }
                #expect(try await cluster.number("SELECT sum(retry_count) FROM sequence_contacts") == 0)
                let why = try cluster.sluice("why", "4917000000000")
                #expect(why.output.contains("device_logged_out"), "\(why.output)")
                #expect(try cluster.sluice("status").status == 1, "a device that cannot send its contacts is a finding")

                try await cluster.control("devices/device-0001", #"{"state":"connected"}"#)
                try await eventually("the held messages", within: .seconds(45)) { try cluster.accepted() == 40 }
                #expect(try await cluster.judge().isClean)
            }
        }

        @Test func pausesHoldWithinASecondAndSurviveARestart() async throws {
            try await TestCluster.run(devices: 4, shards: 1, coordinators: 1) { cluster in
                try await cluster.addSequence("pause", steps: 1)
                #expect(try cluster.sluice("pause", "--all", "--reason", "test").status == 0)
                try await cluster.addLeads(8, trigger: "pause")
                try await eventually("the contacts") {
                    try await cluster.number("SELECT count(*) FROM sequence_contacts") == 8
                }
                let first = try cluster.kill("shard-1")
                try await eventually("a new shard that owns everything", within: .seconds(30)) {
                    guard let pid = try cluster.processID("shard-1"), pid != first else { return false }
                    return try await cluster.number(
                        """
                        SELECT count(*) FROM slot_owners s JOIN node_leases l ON l.incarnation = s.owner
                        WHERE l.expires_at > now() AND l.started_at > now() - interval '25 seconds'
                        """) == 4_096
                }
                #expect(try cluster.accepted() == 0, "paused is paused, whoever restarts")
                let status = try cluster.sluice("status")
                #expect(status.status == 1 && status.output.contains("everything_paused"), "\(status.output)")
                #expect(try cluster.sluice("resume", "--all").status == 0)
                try await eventually("the messages") { try cluster.accepted() == 8 }
                #expect(try await cluster.number("SELECT count(*) FROM audit_log") >= 2)
            }
        }
    }
}
