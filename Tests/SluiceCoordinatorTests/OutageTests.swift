import NATSDriver
import SluiceCore
import SluiceWire
import TestSupport
import Testing

extension CoordinatorSuite {
    /// What a coordinator depends on goes away and comes back.
    @Suite struct OutageTests {
        @Test func withoutNATSItKeepsTheLeadAndGoesOnWhenItIsBack() async throws {
            try await NodeGround.with { ground in
                try await ground.addWork(devices: 2, leadsEach: 2)
                try await ModelShard.with("s-1", on: ground, capacity: ["device-1": 2]) { shard in
                    try await ground.withBeacons { beacons in
                        try await ground.withCoordinator("c-1") { _ in
                            try await eventually("claims") { shard.claims.count == 2 }
                            ground.server.kill()
                            try await eventually("the outage to be noticed") { ground.nats.state != .connected }
                            shard.grant(2, to: "device-2")
                            try await ground.server.restart()
                            try await eventually("claims for what was granted meanwhile") {
                                shard.claimCounts == ["device-1": 2, "device-2": 2]
                            }
                            #expect(beacons.reigns == [.init(leader: "c-1", term: 1)])
                        }
                    }
                }
            }
        }

        @Test func aCrashOfTheDatabaseBeginsANewTerm() async throws {
            try await NodeGround.withOwnPostgres { ground, postgres in
                try await ground.addWork(devices: 2, leadsEach: 2)
                try await ModelShard.with("s-1", on: ground, capacity: ["device-1": 2]) { shard in
                    try await ground.withBeacons { beacons in
                        try await ground.withCoordinator("c-1") { _ in
                            try await eventually("claims") { shard.claims.count == 2 }
                            try await postgres.crash()
                            try await postgres.restart()
                            // Claims need not reach the disk, so what was counted under the old term counts no more.
                            try await eventually("a new term") { beacons.reigns.map(\.term) == [1, 2] }
                            shard.grant(2, to: "device-2")
                            try await eventually("claims of the new term") { shard.claimCounts["device-2"] == 2 }
                            #expect(
                                try await ground.number("SELECT count(*) FROM sequence_contacts WHERE claim_state = 1")
                                    <= 4)
                        }
                    }
                }
            }
        }
    }
}
