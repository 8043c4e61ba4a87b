import SluiceCore
import SluiceStore
import Synchronization
import Testing

/// The pace of renewals.
@Suite struct LeaseCycleTests {
    @Test func aFailedRenewalIsTriedAgainSoonerThanAGoodOne() async {
        let cycle = LeaseCycle(timers: Self.timers, now: Self.now)
        #expect(await Self.pause(after: .failed, cycle) < Self.timers.renewEvery)
        #expect(await Self.pause(after: .renewed, cycle) >= Self.timers.renewEvery)
    }

    @Test func cancellingEndsIt() async {
        let cycle = LeaseCycle(timers: Self.timers, now: Self.now)
        let task = Task {
            let attempts = Mutex(0)
            await cycle.run { _ in
                attempts.withLock { $0 += 1 }
                withUnsafeCurrentTask { $0?.cancel() }
                return .renewed
            }
            return attempts.withLock { $0 }
        }
        #expect(await task.value == 1)
    }

    private static let start = ContinuousClock.now
    private static let timers: Timers = {
        var timers = Timers()
        timers.renewEvery = .seconds(2)
        return timers
    }()

    private static let now: @Sendable () -> MonotonicTime = {
        MonotonicTime(nanoseconds: Int64((ContinuousClock.now - start) / .nanoseconds(1)))
    }

    /// How long the cycle waits between an attempt that ended so and the next.
    private static func pause(after first: LeaseCycle.Attempt, _ cycle: LeaseCycle) async -> Duration {
        let starts = Mutex<[MonotonicTime]>([])
        await cycle.run { start in
            starts.withLock { starts in
                starts.append(start)
                return starts.count == 1 ? first : .over
            }
        }
        return starts.withLock { $0[1] - $0[0] }
    }
}
