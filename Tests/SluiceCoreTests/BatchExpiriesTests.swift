import Testing

@testable import SluiceCore

@Suite struct BatchExpiriesTests {
    /// While somebody keeps a snapshot open, the rows of all batches since are still there.
    @Test func roundsBetweenTwoOverAllBatchesTakeBackTheLatest() {
        var expiries = BatchExpiries(allEvery: .seconds(30))
        func round(_ second: Int, isComplete: Bool = true) -> DatabaseTime {
            let after = expiries.begin(at: CoordinatorFixture.due(second * 1_000))
            expiries.end(isComplete: isComplete, at: CoordinatorFixture.at(second * 1_000))
            return after
        }
        #expect(round(100, isComplete: false) == .distantPast)
        #expect(round(101) == .distantPast)
        #expect([round(102), round(129)] == [CoordinatorFixture.due(70_000), CoordinatorFixture.due(70_000)])
        #expect([round(130), round(132)] == [.distantPast, CoordinatorFixture.due(100_000)])
        // The database's clock was set back.
        #expect([round(50), round(52)] == [.distantPast, CoordinatorFixture.due(20_000)])
    }
}
