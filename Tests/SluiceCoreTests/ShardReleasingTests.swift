import SluiceCore
import Testing

/// Claims that go back, and answers about them that were lost.
@Suite struct ShardReleasingTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device()
    private static let due = LaneDue(lane: LaneID(rawValue: 55), due: ShardUnderTest.database(77))

    /// The leader may take it back as well and count it twice, which it notices; not counted, it would take a place for
    /// as long as the device goes on getting claims.
    @Test(arguments: [StatementFailure.uncertain, .refused])
    func releaseThatNobodyAnsweredBeforeTheClaimExpiredIsCounted(_ failure: StatementFailure) {
        var limits = ShardLimits()
        limits.queuedClaims = 1
        let shard = Shard(devices: [Shard.device(concurrency: 1)], limits: limits)
        _ = shard.handle(.batch(shard.batch(device)), at: 10)
        let batch = shard.batch(device, count: 2, first: 200, expires: 900)
        #expect(shard.handle(.batch(batch), at: 11) == [.release(Shard.statement(4), [batch.claims[1]])])
        let told = shard.handle(.failed(Shard.statement(4), failure), at: 1_000)
        let consumed = told.compactMap { action -> Int64? in
            guard case .publish(let report) = action else { return nil }
            return report.credits.first?.consumed
        }
        #expect(consumed == (failure == .uncertain ? [1] : []))
    }

    @Test func lostReserveIsReleasedThenAborted() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 2)
        _ = shard.handle(.batch(batch), at: 10)
        #expect(
            shard.handle(.failed(Shard.statement(3), .uncertain), at: 20) == [
                .release(Shard.statement(4), batch.claims)
            ])
        #expect(shard.view(of: device, at: 20).open == 0)
        let released = ReleasedClaim(claim: batch.claims[0], due: Self.due.due)
        #expect(
            shard.handle(.released(Shard.statement(4), [released]), at: 30) == [
                .abortLost(Shard.statement(5), [batch.claims[1]]),
                Shard.report(2, [(device, capacity: 5, consumed: 1)], lanes: [Self.due]),
            ])
        let aborted = ReleasedClaim(claim: batch.claims[1], due: Self.due.due)
        #expect(
            shard.handle(.lostAborted(Shard.statement(5), [aborted]), at: 40)
                == [Shard.report(3, [(device, capacity: 5, consumed: 2)], lanes: [Self.due])])
    }
}
