import NATSDriver
import SluiceCore
import SluiceWire
import TestSupport
import Testing

extension ShardSuite {
    /// Anybody can write to a bus, and a bit can flip on it.
    @Suite struct HostileMessageTests {
        @Test func aForgedBeaconStopsNothing() async throws {
            try await ShardRig.with(leadsEach: 2) { rig in
                try await rig.withShard { _ in
                    let node = try await rig.assignAll()
                    let forged = LeaderBeacon(
                        term: Term(rawValue: 1 << 61), leader: "nobody", incarnation: Incarnation(rawValue: 1 << 61),
                        assignmentVersion: 1 << 61, controlVersion: 1 << 61)
                    try rig.ground.nats.publish(rig.ground.subjects.beacon, payload: forged.encoded())
                    let batch = DispatchBatch(
                        id: BatchID(term: Term(rawValue: 1 << 30), ordinal: 1), owner: node,
                        expiresAt: DatabaseTime(microseconds: 1 << 60), claims: [])
                    try rig.leader.publish(batch)
                    try await eventually("the forged batch to be ignored") {
                        try await rig.status()?.messagesIgnored == 1
                    }
                    try rig.leader.publish(try await rig.leader.claim(2, ordinal: 1, for: node))
                    try await eventually("every contact to be completed") {
                        try await rig.contacts("status <> 'completed'") == 0
                    }
                }
            }
        }
    }
}
