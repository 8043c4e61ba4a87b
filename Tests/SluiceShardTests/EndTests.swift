import RequestLog
import SluiceCore
import SluiceWire
import Synchronization
import TestSupport
import Testing

extension ShardSuite {
    /// How an incarnation ends.
    @Suite struct EndTests {
        @Test func aNodeWhoseLeaseLapsedComesBackAndOwnsNothing() async throws {
            try await ShardRig.with(leadsEach: 1) { rig in
                try await rig.withShard { _ in
                    let lapsed = try await rig.assignAll()
                    let claimed = try await rig.leader.claim(1, ordinal: 1, for: lapsed)
                    try await rig.ground.execute(
                        "UPDATE node_leases SET expires_at = '-infinity' WHERE incarnation = \(lapsed.rawValue)")
                    try await eventually("a new incarnation that owns nothing") {
                        guard let status = try await rig.status() else { return false }
                        return status.incarnation > lapsed && status.shard?.slotsOwned == 0
                    }
                    try rig.leader.publish(claimed)
                    let next = try await rig.assignAll()
                    #expect(next > lapsed)
                    try await rig.leader.takeBackAll()
                    try rig.leader.publish(try await rig.leader.claim(1, ordinal: 2, for: next))
                    try await eventually("the new incarnation's messages") {
                        try await rig.contacts("status = 'completed'") == 2
                    }
                    let requests = try rig.requests()
                    #expect(requests.map(\.epoch) == [2, 2], "the old ownership sent nothing")
                }
            }
        }

        /// The gateway would answer after half a minute. What it was asked stands in the ledger for whoever comes next.
        @Test func aNodeThatIsCancelledWaitsForNoAnswer() async throws {
            try await ShardRig.with(latency: .seconds(30), leadsEach: 1) { rig in
                let cancelled = Mutex(ContinuousClock.now)
                try await rig.withShard(timers: .patient) { _ in
                    let node = try await rig.assignAll()
                    try rig.leader.publish(try await rig.leader.claim(1, ordinal: 1, for: node))
                    try await eventually("an open request of each device") { try rig.requests().count == 2 }
                    cancelled.withLock { $0 = .now }
                }
                #expect(cancelled.withLock { $0.duration(to: .now) } < .seconds(10))
                #expect(try await rig.attempts("reserved") == 2)
            }
        }

        @Test func aGracefulStopFinishesWhatIsOpenAndGivesTheRestBack() async throws {
            try await ShardRig.with(latency: .milliseconds(500), leadsEach: 3, concurrency: 1) { rig in
                try await rig.withShard(timers: .patient) { shard in
                    let node = try await rig.assignAll()
                    try rig.leader.publish(try await rig.leader.claim(3, ordinal: 1, for: node))
                    try await eventually("an open request of each device") { try rig.requests().count == 2 }
                    try await shard.stop()
                    #expect(shard.failure == nil)
                }
                #expect(try rig.requests().count == 2, "nothing started after the stop")
                #expect(try rig.acceptedCount() == 2)
                #expect(try await rig.attempts("sent") == 2)
                #expect(try await rig.ground.number("SELECT count(*) FROM send_ledger") == 2)
                #expect(try await rig.contacts("status = 'active' AND claim_state = 0") == 4)
                #expect(try await rig.ground.number("SELECT count(*) FROM slot_owners WHERE owner IS NOT NULL") == 0)
                #expect(try await rig.ground.number("SELECT count(*) FROM node_leases WHERE role = 'shard'") == 0)
                #expect(
                    try await rig.ground.number(
                        "SELECT count(*) FROM node_fences WHERE role = 'shard' AND closed_at IS NULL") == 0)
            }
        }
    }
}
