import Testing

@testable import SluiceCore

/// What is less urgent keeps a share of one device's starts under a stream of what is more urgent (`floor_low`).
@Suite struct FloorTests {
    private static let (trigger, campaign) = (PriorityClass(priority: 1), PriorityClass(priority: 100))

    @Test func behindNineUrgentLanesTheTenthTurnIsTheLeastUrgentsForATenth() throws {
        var queue = DeviceQueue()
        queue.append(LaneID(rawValue: 100), Self.campaign)
        var turns: [(lane: Int64, share: Int)] = []
        for number in 1...20 {
            queue.append(LaneID(rawValue: Int64(number)), Self.trigger)
            let next = queue.takeTurn(atMost: 1, of: 50, floor: .standard)
            let turn = try #require(next)
            turns.append((turn.lanes[0].rawValue, turn.share))
            if turn.lanes[0].rawValue == 100 { queue.append(LaneID(rawValue: 100), Self.campaign) }
        }
        #expect(turns.filter { $0.lane == 100 }.map(\.share) == [5, 5])
        #expect(turns.indices.filter { turns[$0].lane == 100 } == [9, 19])
        #expect(turns.filter { $0.lane != 100 }.allSatisfy { $0.share == 50 })
    }

    @Test(arguments: [(0.0, 0), (0.05, 5), (0.1, 10), (0.25, 25), (0.3, 30), (0.9, 90), (1.0, 100)])
    func aWorkspaceSaysWhichShareThatIs(_ share: Double, of100: Int) {
        var (queue, claims) = (DeviceQueue(), PassedBy())
        var turns = 0
        var starts = 0
        for number in 1...100 {
            queue.append(LaneID(rawValue: 1_000), Self.campaign)
            queue.append(LaneID(rawValue: Int64(number)), Self.trigger)
            let next = queue.takeTurn(atMost: 1, of: 40, floor: FloorShare(share))
            if next?.lanes == [LaneID(rawValue: 1_000)] {
                turns += 1
                #expect(next?.share == max(1, Int((40 * share).rounded(.down))))
            } else {
                queue.remove(LaneID(rawValue: 1_000), Self.campaign)
            }
            if claims.takesLowest(isLessUrgentWaiting: true, floor: FloorShare(share)) { starts += 1 }
        }
        #expect(turns == of100 && starts == of100)
    }

    /// The campaign has its turns in between, so it was never passed by for long.
    @Test func aSingleUrgentLaneWaitsForNobody() {
        var queue = DeviceQueue()
        for _ in 1...40 {
            queue.append(LaneID(rawValue: 100), Self.campaign)
            queue.append(LaneID(rawValue: 1), Self.trigger)
            let urgent = queue.takeTurn(atMost: 1, of: 1, floor: .standard)
            let campaign = queue.takeTurn(atMost: 1, of: 1, floor: .standard)
            #expect(urgent?.lanes == [LaneID(rawValue: 1)])
            #expect(campaign?.lanes == [LaneID(rawValue: 100)])
        }
    }
}
