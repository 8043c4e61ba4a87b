import SluiceCore
import Testing

/// What goes into one reserve and one settle, and when.
@Suite struct ShardGatheringTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device()

    @Test func reservesCollectWhileOneIsUnderWay() {
        let devices = (1...5).map { Shard.device($0) }
        let shard = Shard(devices: devices)
        let batches = devices.map { shard.batch($0, first: 1000 + Int($0.name.dropFirst())!) }
        #expect(shard.handle(.batch(batches[0]), at: 1).count == 1)
        for index in 1..<5 { #expect(shard.handle(.batch(batches[index]), at: 3) == []) }
        let collected = Shard.requests(batches[1...].flatMap(\.claims))
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(1), [.gone]), at: 4) == [],
            "and until 20 ms are over")
        #expect(shard.handle(.tick, at: 21).first == .reserve(Shard.statement(4), collected))
    }

    @Test func aDeviceWithMuchToDoIsNotPaced() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 5)
        #expect(
            shard.handle(.batch(batch), at: 10)
                == [.reserve(Shard.statement(3), Shard.requests(Array(batch.claims[..<4])))])
        let gone = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), Array(repeating: .gone, count: 4)), at: 12)
        #expect(gone.first == .reserve(Shard.statement(4), Shard.requests(Array(batch.claims[4...]))))
    }

    @Test func settlesCollectWhileOneIsUnderWayAndForAWhile() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 3)
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), batch.claims.map { .reserved(Shard.reservation($0)) }),
            at: 11)
        let settlements = batch.claims.map {
            Settlement(reservation: Shard.reservation($0), outcome: .sent(providerID: nil))
        }
        let first = shard.handle(.sendEnded(Shard.send(1), .sent(providerID: nil)), at: 30)
        #expect(first.contains(.settle(Shard.statement(4), [settlements[0]])))
        _ = shard.handle(.settled(Shard.statement(4), [], busy: []), at: 33)
        for send in 2...3 {
            let ended = shard.handle(.sendEnded(Shard.send(Int64(send)), .sent(providerID: nil)), at: 35)
            #expect(!ended.contains { if case .settle = $0 { true } else { false } })
        }
        #expect(!shard.handle(.tick, at: 69).contains { if case .settle = $0 { true } else { false } })
        #expect(shard.handle(.tick, at: 70).contains(.settle(Shard.statement(5), Array(settlements[1...]))))
    }

    /// As after a take-over: nobody's second message goes before another's first.
    @Test func whereMoreDevicesWaitThanFitEachHasItsTurn() {
        var limits = ShardLimits()
        limits.reserveBatch = 2
        let devices = (1...4).map { Shard.device($0) }
        let shard = Shard(devices: devices, limits: limits)
        _ = shard.handle(.batch(shard.batch(devices[0])), at: 1)
        let claims = devices[1...].map { device in
            let batch = shard.batch(device, count: 2, first: 1000 + 10 * Int(device.name.dropFirst())!)
            #expect(shard.handle(.batch(batch), at: 2) == [])
            return batch.claims
        }
        let turns = [[claims[0][0], claims[1][0]], [claims[2][0], claims[0][1]], [claims[1][1], claims[2][1]]]
        var verdicts: [ReserveVerdict] = [.gone]
        for (statement, turn) in zip(Int64(3)..., turns) {
            #expect(
                shard.handle(.reserved(Shard.statement(statement), started: Shard.at(2), verdicts), at: 21).first
                    == .reserve(Shard.statement(statement + 1), Shard.requests(turn)))
            verdicts = turn.map { _ in .gone }
        }
    }

    @Test func everyTenthTurnIsACampaignsAlsoAmongTriggers() throws {
        let devices = (1...14).map { Shard.device($0) }
        let shard = Shard(devices: devices)
        for (index, device) in devices.dropLast().enumerated() {
            _ = shard.handle(.batch(shard.batch(device, first: 100 + index, priority: 0)), at: 1)
        }
        let campaign = shard.batch(devices[13], first: 900, priority: 6)
        #expect(shard.handle(.batch(campaign), at: 2) == [], "the triggers go first")
        let next = shard.handle(.reserved(Shard.statement(3), started: Shard.at(1), [.gone]), at: 3)
        guard case .reserve(_, let requests) = try #require(next.first) else { Issue.record("\(next)"); return }
        #expect(requests.count == 13)
        #expect(requests.firstIndex { $0.claim == campaign.claims[0] }.map { $0 < 10 } == true)
    }
}
