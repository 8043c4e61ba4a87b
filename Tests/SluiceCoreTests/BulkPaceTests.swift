import FoundationEssentials
import Testing

@testable import SluiceCore

/// How what is not urgent gives way.
struct BulkPaceTests {
    private func at(_ milliseconds: Int) -> MonotonicTime { CoordinatorFixture.at(milliseconds) }

    @Test func nothingIsHeldBackWhileNothingIsUrgent() {
        var pace = BulkPace(limits: CoordinatorLimits())
        let before = pace.room(at: at(0))
        #expect(before == nil)
        pace.noteAsked(1_000_000)
        pace.noteUrgent(took: .milliseconds(1), at: at(0))
        let meanwhile = pace.room(at: at(1))
        #expect(meanwhile == 160)
        let after = pace.room(at: at(10_001))
        #expect(after == nil, "the last urgent claim is ten seconds ago")
    }

    @Test func theRateFallsWhileClaimsAreSlowAndRisesWhenTheyAreNot() {
        let limits = CoordinatorLimits()
        var pace = BulkPace(limits: limits)
        for turn in 0..<100 { pace.noteUrgent(took: .milliseconds(50), at: at(turn)) }
        #expect(pace.rate == limits.bulkRate.lowerBound)
        for turn in 0..<100 { pace.noteUrgent(took: .milliseconds(1), at: at(100 + turn)) }
        #expect(pace.rate == limits.bulkRate.lowerBound + 100 * limits.bulkIncrease)
    }

    /// Over ten seconds the rate is what is claimed, and a rest saves up a tenth of a second at most.
    @Test func whatIsClaimedIsTheRate() throws {
        var limits = CoordinatorLimits()
        limits.bulkIncrease = 0
        var pace = BulkPace(limits: limits)
        var claimed = 0
        for turn in 0..<200 {
            pace.noteUrgent(took: .milliseconds(1), at: at(turn * 50))
            let room = pace.room(at: at(turn * 50)) ?? 0
            pace.noteAsked(room)
            claimed += room
        }
        #expect((39_000...40_500).contains(claimed))
        let saved = pace.room(at: at(19_900))
        #expect(saved == 400)
    }

    @Test func aCampaignRestsWhileATriggerIsClaimedAtOnce() throws {
        let leader = CoordinatorFixture(rest: .milliseconds(20))
        leader.addDevice(1, lanes: [(1, 100)])
        leader.addDevice(2, lanes: [(2, 1)])
        leader.lanes[1].next = nil
        _ = leader.lead()
        let campaign = try #require(leader.report([(1, 100, 0), (2, 100, 0)], at: 1).claim)
        #expect(campaign.lanes == [1])
        #expect(leader.claimed(campaign, [1: (4, 0)], at: 5).claim == nil, "the campaign rests")
        #expect(leader.nextWake(after: 5) == 25)
        let wake = [LaneDue(lane: LaneID(rawValue: 2), due: CoordinatorFixture.due(0))]
        let trigger = try #require(leader.handle(.lanesDue(wake), at: 7).claim)
        #expect(trigger.lanes == [2])
        #expect(leader.claimed(trigger, [2: (1, nil)], at: 9).claim == nil, "it still rests")
        #expect(leader.handle(.tick, at: 25).claim?.lanes == [1])
    }

    /// Nine of ten turns are the urgent's when both wait.
    @Test func theOthersGetATenthOfTheTurns() {
        var queue = GrantQueue()
        var turns: [Bool] = []
        for turn in 0..<40 {
            queue.append(DeviceID(rawValue: Self.id(turn)), since: at(turn), isUrgent: true)
            queue.append(DeviceID(rawValue: Self.id(1_000 + turn)), since: at(turn), isUrgent: false)
            let device = queue.popFirst()
            turns.append(device.map { $0.rawValue.uuidString.hasSuffix("1000") } ?? false)
        }
        #expect(queue.count == 40)
        #expect(turns.filter { $0 }.count == 1, "the tenth turn is the first of the others")
    }

    @Test func whoBecomesUrgentMovesUp() {
        var queue = GrantQueue()
        let (first, second) = (DeviceID(rawValue: Self.id(1)), DeviceID(rawValue: Self.id(2)))
        queue.append(first, since: at(0), isUrgent: false)
        queue.append(second, since: at(1), isUrgent: false)
        queue.append(second, since: at(2), isUrgent: true)
        #expect(queue.count == 2)
        let urgent = [queue.popFirst(onlyUrgent: true), queue.popFirst(onlyUrgent: true)]
        #expect(urgent == [second, nil])
        #expect(queue.oldest == at(0))
        let others = [queue.popFirst(), queue.popFirst()]
        #expect(others == [first, nil])
        #expect(queue.isEmpty)
    }

    private static func id(_ number: Int) -> UUID { CoordinatorFixture.device(number).rawValue }
}
