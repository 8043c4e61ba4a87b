import NATSDriver
import SluiceCore
import SluiceWire
import TestSupport
import Testing

extension ShardSuite {
    /// What a shard node depends on goes away and comes back.
    @Suite struct OutageTests {
        @Test func withoutNATSItPollsItsClaims() async throws {
            try await ShardRig.with(leadsEach: 2) { rig in
                try await rig.withShard { _ in
                    let node = try await rig.assignAll()
                    rig.ground.server.kill()
                    // Nobody publishes this batch, and nobody could.
                    _ = try await rig.leader.claim(1, ordinal: 1, for: node)
                    try await eventually("the polled claims' messages") {
                        try await rig.contacts("status = 'completed'") == 2
                    }
                    try await rig.ground.server.restart()
                    try await eventually("the test's own connection") { rig.ground.nats.state == .connected }
                    try await eventually("the node's connection") {
                        try await rig.status()?.problems.contains("nats_unreachable") == false
                    }
                    try rig.leader.publish(try await rig.leader.claim(1, ordinal: 2, for: node))
                    try await eventually("the published claims' messages") {
                        try await rig.contacts("status = 'completed'") == 4
                    }
                    #expect(try rig.requests().count == 4)
                }
            }
        }

        @Test func aBatchThatNATSLostIsFound() async throws {
            try await ShardRig.with(leadsEach: 1) { rig in
                try await rig.withShard { _ in
                    let node = try await rig.assignAll()
                    _ = try await rig.leader.claim(1, ordinal: 1, for: node)
                    try await eventually("the lost claims' messages") {
                        try await rig.contacts("status = 'completed'") == 2
                    }
                    #expect(try rig.requests().count == 2)
                }
            }
        }

        /// I20: a shard that cannot commit starts no request; what was open ends, and is settled when that is possible.
        @Test func withoutTheDatabaseItStartsNothing() async throws {
            try await ShardRig.withOwnPostgres(latency: .milliseconds(500), leadsEach: 2) { rig, postgres in
                try await rig.withShard { _ in
                    let node = try await rig.assignAll()
                    try rig.leader.publish(try await rig.leader.claim(1, ordinal: 1, for: node))
                    let late = try await rig.leader.claim(1, ordinal: 2, for: node)
                    try await eventually("open requests") { try rig.requests().count == 2 }
                    try await postgres.crash()
                    try rig.leader.publish(late)
                    // It has its claims, its gateway and NATS, and gives its lease up without having used them.
                    try await eventually("the lease not to be trusted any more") {
                        try await rig.status()?.problems.contains("lease_not_renewed") ?? false
                    }
                    try await eventually("the open requests to end") { try rig.acceptedCount() == 2 }
                    #expect(try rig.requests().count == 2)
                    // Before it has run out, the database's return would revive it: the node would keep its incarnation.
                    try await eventually("the lease to run out") {
                        try await rig.status().map { $0.renewalAge > Timers.quick.lease } ?? false
                    }

                    try await postgres.restart()
                    try await eventually("a new incarnation") {
                        try await rig.ground.number(
                            "SELECT max(incarnation) FROM node_leases WHERE expires_at > clock_timestamp()")
                            > Int(node.rawValue)
                    }
                    try await eventually("the open requests to be settled") { try await rig.attempts("sent") == 2 }
                    let next = try await rig.assignAll()
                    try await rig.leader.takeBackAll()
                    try rig.leader.publish(try await rig.leader.claim(1, ordinal: 3, for: next))
                    try await eventually("the rest") { try await rig.contacts("status = 'completed'") == 4 }
                    #expect(try rig.requests().count == 4)
                    #expect(try await rig.attempts("unknown") == 0)
                }
            }
        }
    }
}
