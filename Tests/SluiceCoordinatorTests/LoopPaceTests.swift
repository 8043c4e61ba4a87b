import Testing

@testable import SluiceCoordinator

/// When a loop of the leader does its work again.
@Suite struct LoopPaceTests {
    private func span(of pace: LoopPace, _ signal: Signal) async -> Duration {
        let start = ContinuousClock.now
        await pace.wait(for: signal)
        return ContinuousClock.now - start
    }

    @Test func noSignalShortensABackOff() async {
        var pace = LoopPace(every: .seconds(60))
        let signal = Signal()
        pace.failed()
        pace.failed()
        signal.raise()
        #expect(await span(of: pace, signal) >= .milliseconds(400))
        pace.worked()
        #expect(await span(of: pace, signal) < .seconds(30), "the signal that came meanwhile was kept")
    }

    /// Sixty back-offs of ten seconds, give or take.
    @Test(.timeLimit(.minutes(3))) func aStopEndsABackOff() async {
        var pace = LoopPace(every: .seconds(60))
        for _ in 1...20 { pace.failed() }
        let waiting = pace
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for _ in 1...60 { await waiting.wait(for: Signal()) } }
            group.cancelAll()
        }
    }
}
