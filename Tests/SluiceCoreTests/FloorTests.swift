import Testing

@testable import SluiceCore

/// What is less urgent keeps a tenth of one device's starts under a stream of what is more urgent (`floor_low`).
@Suite struct FloorTests {
    private static let (trigger, campaign) = (PriorityClass(priority: 1), PriorityClass(priority: 100))

    @Test func behindNineUrgentLanesTheTenthTurnIsTheLeastUrgentsForATenth() throws {
        var queue = DeviceQueue()
        queue.append(LaneID(rawValue: 100), Self.campaign)
        var turns: [(lane: Int64, share: Int)] = []
        for number in 1...20 {
            queue.append(LaneID(rawValue: Int64(number)), Self.trigger)
            let next = queue.takeTurn(atMost: 1, of: 50)
            let turn = try #require(next)
            turns.append((turn.lanes[0].rawValue, turn.share))
            if turn.lanes[0].rawValue == 100 { queue.append(LaneID(rawValue: 100), Self.campaign) }
        }
        #expect(turns.filter { $0.lane == 100 }.map(\.share) == [5, 5])
        #expect(turns.indices.filter { turns[$0].lane == 100 } == [9, 19])
        #expect(turns.filter { $0.lane != 100 }.allSatisfy { $0.share == 50 })
    }

    /// The campaign has its turns in between, so it was never passed by for long.
    @Test func aSingleUrgentLaneWaitsForNobody() {
        var queue = DeviceQueue()
        for _ in 1...40 {
            queue.append(LaneID(rawValue: 100), Self.campaign)
            queue.append(LaneID(rawValue: 1), Self.trigger)
            let (urgent, campaign) = (queue.takeTurn(atMost: 1, of: 1), queue.takeTurn(atMost: 1, of: 1))
            #expect(urgent?.lanes == [LaneID(rawValue: 1)])
            #expect(campaign?.lanes == [LaneID(rawValue: 100)])
        }
    }
}
