import SluiceCore
import Testing

/// What cannot be written holds up neither other outcomes nor the end of the node.
@Suite struct ShardEndTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device()
    private let outcome = Outcome.sent(providerID: nil)

    /// `count` outcomes, the first of them in statement 4, the others waiting for it.
    private func ended(_ count: Int, _ limits: ShardLimits) -> (Shard, [Settlement]) {
        let shard = Shard(devices: [device], limits: limits)
        let batch = shard.batch(device, count: count)
        _ = shard.handle(.batch(batch), at: 10)
        let reservations = batch.claims.map { Shard.reservation($0) }
        _ = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), reservations.map { .reserved($0) }), at: 20)
        for send in 1...count { _ = shard.handle(.sendEnded(Shard.send(Int64(send)), outcome), at: 30) }
        return (shard, reservations.map { Settlement(reservation: $0, outcome: outcome) })
    }

    @Test func aRefusedSetAsideIsSplitUntilTheBadRowIsAlone() {
        var limits = ShardLimits()
        limits.setAsideAfter = .zero
        limits.settleEvery = .milliseconds(20)
        let (shard, settlements) = ended(3, limits)
        let fault = RowFault("23514: refused")
        _ = shard.handle(.settled(Shard.statement(4), [], busy: []), at: 31)
        _ = shard.handle(.tick, at: 50)
        let both = shard.handle(.settled(Shard.statement(5), [], busy: Array(settlements[1...])), at: 60)
        #expect(both.contains(.setAside(Shard.statement(6), Array(settlements[1...]))))
        #expect(
            shard.handle(.failed(Shard.statement(6), .refusedRow(fault)), at: 61)
                == [.setAside(Shard.statement(7), [settlements[1]])])
        #expect(
            shard.handle(.failed(Shard.statement(7), .refusedRow(fault)), at: 62)
                == [.setAside(Shard.statement(8), [settlements[2]])], "the bad row holds up no other")
        _ = shard.handle(.settled(Shard.statement(8), [], busy: []), at: 63)
        #expect(shard.machine.view(at: Shard.at(63)).unsettled == 1, "it stays")
        let before = shard.run(from: 63, to: 5_061)
        #expect(!before.contains { if case .setAside = $0 { true } else { false } })
        #expect(shard.handle(.tick, at: 5_062).contains(.setAside(Shard.statement(9), [settlements[1]])))
        _ = shard.handle(.settled(Shard.statement(9), [], busy: []), at: 5_070)
        #expect(shard.machine.view(at: Shard.at(5_070)).unsettled == 0)
    }

    @Test func aLostNodeSetsAsideAtOnceWhatWaitsForItsContact() {
        let (shard, settlements) = ended(1, ShardLimits())
        _ = shard.handle(.settled(Shard.statement(4), [], busy: settlements), at: 40)
        #expect(shard.handle(.leaseLost, at: 50) == [.restart, .setAside(Shard.statement(5), settlements)])
        #expect(shard.handle(.settled(Shard.statement(5), [], busy: []), at: 60) == [.finished])
    }

    @Test func aStopBoundsALostNodeThatCannotSettle() {
        let (shard, _) = ended(1, ShardLimits())
        _ = shard.handle(.leaseLost, at: 40)
        _ = shard.handle(.failed(Shard.statement(4), .uncertain), at: 50)
        _ = shard.handle(.stop, at: 100)
        #expect(shard.handle(.tick, at: 60_099).last != .finished)
        #expect(shard.handle(.tick, at: 60_100).last == .finished)
    }

    @Test func aLeaseLostWhileStoppingDoesNotLengthenTheStop() {
        let (shard, _) = ended(1, ShardLimits())
        _ = shard.handle(.stop, at: 100)
        _ = shard.handle(.leaseLost, at: 200)
        #expect(shard.handle(.tick, at: 60_099).last != .finished)
        #expect(shard.handle(.tick, at: 60_100).last == .finished)
    }
}
