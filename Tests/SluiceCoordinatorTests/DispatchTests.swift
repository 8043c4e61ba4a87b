import NATSDriver
import SluiceCore
import SluiceWire
import TestSupport
import Testing

extension CoordinatorSuite {
    /// What is claimed, for whom, and what becomes of it.
    @Suite struct DispatchTests {
        @Test func onlyDevicesWithCreditGetClaims() async throws {
            try await NodeGround.with { ground in
                try await ground.addWork(devices: 4, leadsEach: 5)
                let capacity = ["device-1": 2, "device-2": 0, "device-3": 3]
                try await ModelShard.with("s-1", on: ground, capacity: capacity) { shard in
                    try await ground.withCoordinator("c-1") { _ in
                        try await eventually("the claims") { shard.claimCounts == ["device-1": 2, "device-3": 3] }
                        // A grant is worked off after all that came before it: the others got no more meanwhile.
                        shard.grant(1, to: "device-2")
                        try await eventually("the newly granted claim") { shard.claimCounts["device-2"] != nil }
                        #expect(shard.claimCounts == ["device-1": 2, "device-2": 1, "device-3": 3])
                        #expect(Set(shard.claims.map(\.contact)).count == 6)
                        #expect(
                            try await ground.number("SELECT count(*) FROM sequence_contacts WHERE claim_state = 1") == 6
                        )
                    }
                }
            }
        }

        @Test func claimsThatNoShardTakesReturn() async throws {
            try await NodeGround.with { ground in
                try await ground.addWork(devices: 1, leadsEach: 3)
                let timers = Timers.quickClaims
                try await ModelShard.with("s-1", on: ground, capacity: ["device-1": 2]) { shard in
                    try await ground.withCoordinator("c-1", timers: timers) { _ in
                        try await eventually("more claims than there is credit") {
                            shard.claims.count >= 4
                        }
                        let rounds = shard.batches
                        #expect(rounds.allSatisfy { $0.claims.count <= 2 })
                        #expect(Set(rounds.map(\.id)).count == rounds.count)
                        #expect(
                            try await ground.number("SELECT count(*) FROM sequence_contacts WHERE claim_state = 1") <= 2
                        )
                    }
                }
            }
        }

        @Test func aDeadShardsSlotsAndClaimsGoToTheOther() async throws {
            try await NodeGround.with { ground in
                try await ground.addWork(devices: 8, leadsEach: 1)
                let capacity = Dictionary(uniqueKeysWithValues: (1...8).map { ("device-\($0)", 1) })
                // Both are there before the leader: the first assignment is to both.
                try await ModelShard.with("s-1", on: ground, capacity: capacity) { survivor in
                    try await ModelShard.with("s-2", on: ground, capacity: capacity) { dying in
                        try await ground.withCoordinator("c-1") { _ in
                            try await eventually("the claims of both") {
                                survivor.claims.count + dying.claims.count == 8 && !dying.claims.isEmpty
                            }
                            #expect(survivor.slotCount + dying.slotCount == HashSlot.count)
                            dying.die()
                            try await eventually("all slots") {
                                survivor.slotCount == HashSlot.count
                            }
                            try await eventually("all claims") {
                                Set(survivor.claims.map(\.contact)).count == 8
                            }
                        }
                    }
                }
            }
        }

        /// I19: what is stale, foreign or no message at all changes nothing but a counter.
        @Test func whatMeansNothingIsCounted() async throws {
            try await NodeGround.with { ground in
                try await ground.addWork(devices: 2, leadsEach: 5)
                try await ModelShard.with("s-1", on: ground, capacity: ["device-1": 1]) { shard in
                    try await ground.withCoordinator("c-1") { _ in
                        try await eventually("a claim") { shard.claims.count == 1 }
                        let before = try #require(try await ground.coordinatorStatus())
                        let claim = try #require(shard.claims.first)
                        let credit = DeviceCredit(device: claim.device, epoch: claim.epoch, capacity: 50, consumed: 0)
                        let term = try #require(before.coordinator?.term)
                        for report in [
                            CreditReport(
                                node: shard.incarnation, term: term, sequence: 1, credits: [credit], lanes: []),
                            CreditReport(
                                node: Incarnation(rawValue: 4_711), term: term, sequence: 9, credits: [credit],
                                lanes: []),
                        ] {
                            try ground.nats.publish(ground.subjects.credit, payload: report.encoded())
                        }
                        for subject in [ground.subjects.credit, ground.subjects.wake] {
                            try ground.nats.publish(subject, payload: [0xFF, 0xFF, 0xFF])
                        }
                        try await eventually("the two reports and what does not decode to be counted") {
                            try await ground.coordinatorStatus().map {
                                $0.messagesIgnored >= before.messagesIgnored + 4
                            } ?? false
                        }
                        shard.grant(1, to: "device-2")
                        try await eventually("the next good report to be believed") { shard.claims.count >= 2 }
                        #expect(shard.claimCounts == ["device-1": 1, "device-2": 1])
                    }
                }
            }
        }
    }
}
