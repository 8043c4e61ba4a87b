import Testing

@testable import PostgresDriver

@Suite struct StatementProgressTests {
    private let start = ContinuousClock.now
    private var progress: StatementProgress

    init() {
        progress = StatementProgress(deadline: start + .seconds(10), grace: .seconds(1))
    }

    @Test mutating func itWaitsUntilTheDeadlineThenCancelsThenGivesUp() {
        var seen: [StatementProgress.Directive] = []
        for elapsed in [0, 10, 10, 11] {
            seen.append(progress.advance(now: start + .seconds(elapsed), isTaskCancelled: false))
        }
        let expected: [StatementProgress.Directive] = [
            .wait(until: start + .seconds(10)), .sendCancel, .wait(until: start + .milliseconds(10_100)),
            .abandon(.deadline),
        ]
        #expect(seen == expected)
        #expect(progress.cancelReason == .deadline)
    }

    @Test mutating func aRequestThatTheServerIgnoredIsRepeatedTenTimes() {
        var requests = 0
        for milliseconds in 0..<1_000 {
            let now = start + .milliseconds(milliseconds)
            if progress.advance(now: now, isTaskCancelled: true) == .sendCancel { requests += 1 }
        }
        #expect(requests == 10)
        let last = progress.advance(now: start + .seconds(1), isTaskCancelled: true)
        #expect(last == .abandon(.taskCancelled))
    }

    @Test mutating func cancellingAfterTheDeadlineChangesNothing() {
        _ = progress.advance(now: start + .seconds(10), isTaskCancelled: false)
        let next = progress.advance(now: start + .milliseconds(10_050), isTaskCancelled: true)
        #expect(next == .wait(until: start + .milliseconds(10_100)))
        #expect(progress.cancelReason == .deadline)
    }

    @Test func onlyAnAbandonedStatementMayHaveTakenEffect() {
        for reason in [StatementProgress.Reason.taskCancelled, .deadline] {
            #expect(!reason.confirmedError.mayHaveTakenEffect && !reason.confirmedError.isConnectionFatal)
            #expect(reason.abandonedError.mayHaveTakenEffect && reason.abandonedError.isConnectionFatal)
        }
    }
}
