import NATSDriver
import RequestLog
import SluiceCore
import SluiceWire
import TestSupport
import Testing

/// A shard node on a real PostgreSQL, a real NATS and a gateway over HTTP. One after the other: their leases are short.
@Suite(.serialized) struct ShardSuite {}

extension ShardSuite {
    /// From a claim to its settlement.
    @Suite struct WorkTests {
        @Test func itTakesItsSlotsSendsAndSettles() async throws {
            try await ShardRig.with(devices: 4, leadsEach: 5) { rig in
                try await rig.withShard { _ in
                    let node = try await rig.assignAll()
                    try rig.leader.publish(try await rig.leader.claim(5, ordinal: 1, for: node))
                    try await eventually("every contact to be completed") {
                        try await rig.contacts("status = 'completed'") == 20
                    }
                    #expect(try await rig.attempts("sent") == 20)
                    #expect(try await rig.ground.number("SELECT count(*) FROM send_ledger") == 20)
                    let requests = try rig.requests()
                    #expect(Set(requests.map(\.key)).count == 20)
                    #expect(requests.allSatisfy { $0.attempt == 1 && $0.epoch == 1 })
                    let status = try #require(try await rig.status()?.shard)
                    #expect(status.lastMinute.sent == 20)
                    #expect(status.openRequests == 0 && status.unsettled == 0 && status.queuedClaims == 0)
                }
            }
        }

        /// I19: a message that is foreign, expired, repeated, of another epoch or no message at all changes nothing but a counter.
        @Test func messagesThatMeanNothingAreCounted() async throws {
            try await ShardRig.with(leadsEach: 3) { rig in
                try await rig.withShard(timers: .patient) { _ in
                    let node = try await rig.assignAll()
                    let expired = try await rig.leader.claim(1, ordinal: 1, for: node, lasting: .microseconds(1))
                    try await rig.leader.takeBackAll()
                    let good = try await rig.leader.claim(1, ordinal: 2, for: node)
                    let foreign = DispatchBatch(
                        id: BatchID(term: rig.leader.term, ordinal: 3), owner: rig.leader.incarnation,
                        expiresAt: good.expiresAt, claims: good.claims)
                    var stale = good
                    stale.id = BatchID(term: rig.leader.term, ordinal: 4)
                    for index in stale.claims.indices {
                        stale.claims[index].batch = stale.id
                        stale.claims[index].epoch = Epoch(rawValue: 99)
                    }
                    try rig.leader.publish(expired)
                    try rig.leader.publish(foreign, to: node)
                    try rig.leader.publish(stale)
                    try rig.ground.nats.publish(rig.ground.subjects.dispatch(node), payload: [0xFF, 0xFF, 0xFF])
                    try rig.leader.publish(good)
                    try rig.leader.publish(good)
                    // One subject is read in order, so what came before the last batch has been looked at by then.
                    try rig.leader.publish(try await rig.leader.claim(1, ordinal: 5, for: node))
                    try await eventually("the good batches' messages") {
                        try await rig.contacts("status = 'completed'") == 4
                    }
                    #expect(try rig.requests().count == 4)
                    // The expired, the foreign and the repeated batch, two claims, and what does not decode.
                    #expect(try await rig.status()?.messagesIgnored == 6)
                    #expect(try await rig.contacts("status = 'active' AND claim_state = 0") == 2)
                }
            }
        }

        @Test func aSecondNodeOfTheSameNameIsRefused() async throws {
            try await ShardRig.with(leadsEach: 1) { rig in
                try await rig.withShard { first in
                    let node = try await rig.assignAll()
                    try await rig.withShard { second in
                        try await eventually("the second to end") { second.hasEnded }
                        #expect("\(try #require(second.failure))".contains("nameInUse"))
                    }
                    #expect(!first.hasEnded)
                    #expect(try await rig.status()?.incarnation == node)
                }
            }
        }
    }
}
