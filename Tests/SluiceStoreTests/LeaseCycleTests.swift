import SluiceCore
import SluiceStore
import Synchronization
import Testing

/// The pace of renewals.
@Suite struct LeaseCycleTests {
    /// A renewal takes no time on this clock, so the whole pause is left.
    private let cycle: LeaseCycle = {
        var timers = Timers()
        timers.renewEvery = .seconds(2)
        return LeaseCycle(timers: timers, now: { MonotonicTime(nanoseconds: 0) })
    }()

    @Test(arguments: [(LeaseCycle.Attempt.renewed, Duration.seconds(2)), (.failed, .milliseconds(500))])
    func aFailedRenewalIsTriedAgainSoonerThanAGoodOne(first: LeaseCycle.Attempt, pause: Duration) async {
        let pauses = Mutex<[Duration]>([])
        let attempts = Mutex(0)
        await cycle.run { time in
            pauses.withLock { $0.append(time) }
        } _: { _ in
            attempts.withLock {
                $0 += 1
                return $0 == 1 ? first : .over
            }
        }
        #expect(pauses.withLock { $0 } == [pause])
    }

    @Test func cancellingEndsIt() async {
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
}
