import TestSupport
import Testing

@testable import SluiceCore

@Suite struct DeviceLineTests {
    private static let trigger = PriorityClass(rawValue: 0)!
    private static let campaign = PriorityClass(rawValue: 6)!

    @Test func theMoreUrgentGoesFirstAndWithinAClassWhoCameFirst() {
        var line = DeviceLine()
        for device in 1...3 { line.add(device, Self.campaign) }
        for device in 4...5 { line.add(device, Self.trigger) }
        #expect((1...5).compactMap { _ in line.popFirst() } == [4, 5, 1, 2, 3])
        #expect(line.isEmpty && line.popFirst() == nil)
    }

    @Test func whoGetsSomethingUrgentMovesUpAndKeepsItsPlaceForTheRest() {
        var line = DeviceLine()
        for device in 1...3 { line.add(device, Self.campaign) }
        line.add(2, Self.trigger)
        #expect(line.count == 3 && line.contains(2))
        #expect(line.popFirst() == 2)
        #expect(!line.contains(2))
        // Its campaign goes on where it stood, between the first and the third.
        line.add(2, Self.campaign)
        #expect((1...3).compactMap { _ in line.popFirst() } == [1, 2, 3])
    }

    @Test func whetherAnybodyUrgentWaitsIsKnown() {
        var line = DeviceLine()
        line.add(1, Self.campaign)
        #expect(!line.hasUrgent)
        line.add(1, Self.trigger)
        line.add(2, Self.trigger)
        #expect(line.hasUrgent && line.popFirst() == 1 && line.hasUrgent)
        line.remove([2])
        #expect(!line.hasUrgent && line.isEmpty)
    }

    @Test func aPlaceThatIsOnlyKeptIsPassedOver() {
        var line = DeviceLine()
        line.add(1, Self.campaign)
        line.add(1, Self.trigger)
        line.add(2, Self.campaign)
        #expect((1...3).compactMap { _ in line.popFirst() } == [1, 2])
    }

    @Test func aStreamOfTriggersLeavesCampaignsATenth() {
        var line = DeviceLine()
        for device in 100..<200 { line.add(device, Self.campaign) }
        var campaigns = 0
        for device in 0..<1_000 {
            line.add(device % 100, Self.trigger)
            if line.popFirst()! >= 100 { campaigns += 1 }
        }
        #expect(campaigns == 100)
    }

    @Test func whoLeavesIsForgottenWithItsPlaces() {
        var line = DeviceLine()
        line.add(1, Self.campaign)
        line.add(1, Self.trigger)
        line.add(2, Self.campaign)
        line.remove([1, 7])
        #expect(line.count == 1)
        // Another device of the same number begins at the end.
        line.add(1, Self.campaign)
        #expect((1...2).compactMap { _ in line.popFirst() } == [2, 1])
    }

    /// Against sorting: whoever is taken is in line, and off the tenth turns nobody in line is more urgent.
    @Test func nobodyMoreUrgentIsPassedBy() {
        var random = SeededGenerator(seed: TestSeed.base)
        var line = DeviceLine()
        var waiting: [Int: UInt8] = [:]
        var turn = 0
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let device = Int.random(in: 0..<30, using: &random)
                let urgency = UInt8.random(in: 0..<8, using: &random)
                line.add(device, PriorityClass(rawValue: urgency)!)
                waiting[device] = min(waiting[device] ?? urgency, urgency)
            case 5:
                let device = Int.random(in: 0..<30, using: &random)
                line.remove([device])
                waiting[device] = nil
            default:
                if !waiting.isEmpty { turn += 1 }
                let device = line.popFirst()
                #expect((device == nil) == waiting.isEmpty)
                guard let device, let urgency = waiting.removeValue(forKey: device) else { continue }
                #expect(turn % 10 == 0 || waiting.values.allSatisfy { $0 >= urgency }, "\(TestSeed.name)")
            }
            #expect(line.count == waiting.count)
        }
    }
}
