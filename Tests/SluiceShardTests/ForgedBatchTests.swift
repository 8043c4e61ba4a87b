import FoundationEssentials
import NATSDriver
import RequestLog
import SluiceCore
import SluiceWire
import TestSupport
import Testing

extension ShardSuite {
    /// Somebody writes to the bus as if he were the leader: what he makes up, repeats or alters is sent by nobody, because
    /// only what is claimed in the database, in this batch and for this node, can be reserved.
    @Suite struct ForgedBatchTests {
        @Test func forgedReplayedAndAlteredBatchesSendNothing() async throws {
            try await ShardRig.with(devices: 2, leadsEach: 6) { rig in
                try await rig.withShard(timers: .patient) { _ in
                    let node = try await rig.assignAll()
                    let real = try await rig.leader.claim(2, ordinal: 1, for: node)
                    let idle = try await Self.idle(beside: real, rig)
                    for forgery in Self.forgeries(of: real, idle, rig) { try rig.leader.publish(forgery, to: node) }
                    try rig.leader.publish(real)
                    // The batch that is known by now, with somebody else's contacts in it. Had it come first, the real one
                    // would have waited for its expiry, no worse.
                    var exchanged = real
                    for index in exchanged.claims.indices { exchanged.claims[index].contact = idle[index] }
                    try rig.leader.publish(exchanged)
                    try await Self.completed(real.claims.count, rig)
                    for _ in 0..<3 { try rig.leader.publish(real) }

                    let expired = try await rig.leader.claim(2, ordinal: 2, for: node, lasting: .microseconds(1))
                    try await rig.leader.takeBackAll()
                    var prolonged = expired
                    prolonged.expiresAt = expired.expiresAt + .seconds(3_600)
                    try rig.leader.publish(prolonged)
                    try Self.publishNoise(real, node, rig)

                    // The subject is read in order: once this one is sent, everything before it has been looked at.
                    // Its number is more than a few bits from that of the batch whose bits were turned.
                    let last = try await rig.leader.claim(1, ordinal: 0xFFFF, for: node)
                    try rig.leader.publish(last)
                    try await Self.completed(real.claims.count + last.claims.count, rig)

                    let requests = try rig.requests()
                    let keys = requests.compactMap(\.key)
                    #expect(Set(keys).count == keys.count, "\(TestSeed.name): nothing twice")
                    let claimed = Set((real.claims + last.claims).map { Self.keyPrefix($0.contact) })
                    #expect(Set(keys.map { String($0.prefix(32)) }) == claimed, "\(TestSeed.name): nothing unclaimed")
                    #expect(try await rig.ground.number("SELECT count(*) FROM send_ledger") == claimed.count)
                }
            }
        }

        private static func completed(_ count: Int, _ rig: ShardRig) async throws {
            try await eventually("\(count) contacts to be completed") {
                try await rig.contacts("status = 'completed'") == count
            }
        }

        /// Batches that name contacts nobody claimed, or claimed ones in another way than they were.
        private static func forgeries(
            of real: DispatchBatch, _ idle: [ContactID], _ rig: ShardRig
        ) -> [DispatchBatch] {
            func altered(_ ordinal: UInt32, _ change: (inout Claim, Int) -> Void) -> DispatchBatch {
                var batch = real
                batch.id = BatchID(term: rig.leader.term, ordinal: ordinal)
                for index in batch.claims.indices {
                    batch.claims[index].batch = batch.id
                    change(&batch.claims[index], index)
                }
                return batch
            }
            let first = real.claims[0]
            return [
                altered(100) { claim, index in claim.contact = idle[index] },
                // The claimed contacts under a batch that never was.
                altered(101) { _, _ in },
                altered(102) { claim, _ in claim.device = first.device },
                altered(103) { claim, _ in claim.lane.rawValue += 1 },
                altered(104) { claim, _ in claim.epoch.rawValue += 1 },
                altered(105) { claim, _ in claim.contact = ContactID(rawValue: UUID()) },
            ]
        }

        /// The real batch with some of its bits turned over, and messages of other kinds where batches are expected.
        private static func publishNoise(_ real: DispatchBatch, _ node: Incarnation, _ rig: ShardRig) throws {
            var generator = SeededGenerator(seed: TestSeed.run(0))
            let subject = rig.ground.subjects.dispatch(node)
            for _ in 0..<500 {
                var bytes = real.encoded()
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let bit = UInt8.random(in: 0..<8, using: &generator)
                    bytes[Int.random(in: bytes.indices, using: &generator)] ^= 1 << bit
                }
                try rig.ground.nats.publish(subject, payload: bytes)
            }
            let beacon = LeaderBeacon(
                term: rig.leader.term, leader: "leader", incarnation: rig.leader.incarnation, assignmentVersion: 1,
                controlVersion: 1)
            for payload in [beacon.encoded(), StatusRequest().encoded(), Wake(reason: .control).encoded(), []] {
                try rig.ground.nats.publish(subject, payload: payload)
            }
        }

        /// Contacts that nobody claimed: at least as many as `real` has.
        private static func idle(beside real: DispatchBatch, _ rig: ShardRig) async throws -> [ContactID] {
            let ids = try await rig.ground.ids("SELECT id FROM sequence_contacts WHERE claim_state = 0 ORDER BY id")
            #expect(ids.count >= real.claims.count, "there is somebody to send to")
            return ids.map(ContactID.init(rawValue:))
        }

        private static func keyPrefix(_ contact: ContactID) -> String {
            contact.rawValue.uuidString.lowercased().filter { $0 != "-" }
        }
    }
}
