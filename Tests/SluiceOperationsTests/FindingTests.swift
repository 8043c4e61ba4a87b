import Foundation
import SluiceCore
import SluiceWire
import Testing

@testable import SluiceOperations

/// From facts to findings, without a cluster.
@Suite struct FindingTests {
    private func facts(_ changeShard: (inout ShardStatus) -> Void = { _ in }) -> ClusterFacts {
        var facts = ClusterFacts(at: Date(), schemaNeeded: 1)
        facts.lanes = LaneFacts(dueByReason: [nil: 12], claimed: 0, reserved: 0, isCut: false, oldestDueSeconds: 40)
        var leader = NodeStatus(
            name: "c-1", incarnation: Incarnation(rawValue: 1), role: .coordinator, version: "v", host: "h",
            startedAt: DatabaseTime(microseconds: 0))
        leader.coordinator = CoordinatorStatus(term: Term(rawValue: 3))
        var node = NodeStatus(
            name: "s-1", incarnation: Incarnation(rawValue: 2), role: .shard, version: "v", host: "h",
            startedAt: DatabaseTime(microseconds: 0))
        var shard = ShardStatus()
        changeShard(&shard)
        node.shard = shard
        facts.replies = [leader, node]
        return facts
    }

    private func codes(_ facts: ClusterFacts) -> [FindingCode] { Findings.of(facts).map(\.code) }

    @Test func workAndRoomAndNoClaimIsNamed() {
        #expect(codes(facts()) == [.claimsStalled])
    }

    @Test func workThatMovesOrCannotIsNotStalled() {
        #expect(codes(facts { $0.lastMinute.sent = 1 }) == [], "a gap between two messages")
        #expect(!codes(facts { $0.openBreakers = ["gateway:3000"] }).contains(.claimsStalled))
        var claimed = facts()
        claimed.lanes?.claimed = 1
        #expect(codes(claimed) == [])
        var young = facts()
        young.lanes?.oldestDueSeconds = 3
        #expect(codes(young) == [])
    }

    @Test func problemsWithAFindingOfTheirOwn() {
        var facts = facts { $0.lastMinute.sent = 1 }
        facts.replies[0].problems = [NodeProblem.shardsAstray, "renewal_late"]
        facts.replies[1].problems = [NodeProblem.diskFull]
        #expect(codes(facts) == [.databaseDiskFull, .nodeProblem, .termsDiffer])
        #expect(Findings.of(facts)[1].message == "coordinator c-1 says: renewal_late")
        #expect(Findings.of(facts)[0].message.contains("s-1"))
    }
}
