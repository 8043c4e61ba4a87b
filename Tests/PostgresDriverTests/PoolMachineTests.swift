import Testing

@testable import PostgresDriver

@Suite struct PoolMachineTests {
    private let now = ContinuousClock.now
    private let failure = PostgresError(.connectionFailed, "refused")

    private func running(maximum: Int = 2, minimum: Int = 0, waiters: Int = 2) -> PoolMachine {
        var machine = PoolMachine(
            limits: PostgresPoolConfiguration(
                maximumConnections: maximum, minimumConnections: minimum, maximumWaiters: waiters))
        let isStarted = machine.start()
        #expect(isStarted)
        return machine
    }

    @Test func itOpensTheMinimumAndThenWhatIsWaitedForUpToTheMaximum() {
        var machine = running(maximum: 2, minimum: 1, waiters: 9)
        #expect(machine.connectionsToOpen(now: now) == [1])
        #expect(machine.connectionsToOpen(now: now) == [])
        for waiter in 1...5 { #expect(machine.admit(UInt64(waiter)) == .wait) }
        #expect(machine.connectionsToOpen(now: now) == [2])
    }

    @Test func waitersAreServedInOrder() {
        var machine = running()
        #expect(machine.admit(7) == .wait)
        #expect(machine.admit(8) == .wait)
        #expect(machine.connectionsToOpen(now: now) == [1, 2])
        #expect(machine.connected(1) == .hand(to: 7))
        #expect(machine.release(1, isUsable: true) == .hand(to: 8))
        #expect(machine.release(1, isUsable: true) == .idle)
        #expect(machine.leaseIdle() == 1)
        #expect(machine.leaseIdle() == nil)
    }

    @Test func aBrokenConnectionIsReplaced() {
        var machine = running(maximum: 1)
        _ = machine.admit(1)
        _ = machine.connectionsToOpen(now: now)
        _ = machine.connected(1)
        _ = machine.admit(2)
        #expect(machine.connectionsToOpen(now: now) == [])
        #expect(machine.release(1, isUsable: false) == .close)
        #expect(machine.connectionsToOpen(now: now) == [2])
    }

    @Test func afterAFailureOneAttemptAtATimeAndNotAtOnce() {
        var machine = running(maximum: 4)
        for waiter in 1...2 { _ = machine.admit(UInt64(waiter)) }
        #expect(machine.connectionsToOpen(now: now) == [1, 2])
        let first = machine.connectFailed(1, failure, now: now, jitter: 1)
        let second = machine.connectFailed(2, failure, now: now, jitter: 1)
        #expect(first == .milliseconds(50) && second == .milliseconds(100))
        #expect(machine.connectionsToOpen(now: now + .milliseconds(99)) == [])
        #expect(machine.connectionsToOpen(now: now + .milliseconds(100)) == [3])
        #expect(machine.starvation == failure)
        #expect(machine.connected(3) == .hand(to: 1))
        #expect(machine.starvation.kind == .poolExhausted)
        #expect(machine.connectionsToOpen(now: now) == [4])
    }

    @Test func tooManyWaitersAreRefused() {
        var machine = running(waiters: 1)
        #expect(machine.admit(1) == .wait)
        guard case .refuse(let error) = machine.admit(2) else {
            Issue.record("admitted")
            return
        }
        #expect(error.kind == .poolExhausted)
        let forgotten = [machine.forget(1), machine.forget(1)]
        #expect(forgotten == [true, false])
        #expect(machine.admit(3) == .wait)
    }

    @Test func aStoppedPoolTakesNothingBack() {
        var machine = running()
        _ = machine.admit(1)
        _ = machine.admit(2)
        _ = machine.connectionsToOpen(now: now)
        _ = machine.connected(1)
        _ = machine.connected(2)
        #expect(machine.release(2, isUsable: true) == .idle)
        let stopped = machine.stop()
        #expect(stopped.waiters == [] && stopped.idle == [2])
        #expect(machine.release(1, isUsable: true) == .close)
        #expect(machine.admit(3) == .refuse(PoolMachine.closed))
        #expect(machine.connectionsToOpen(now: now) == [])
        let isStartedAgain = machine.start()
        #expect(!isStartedAgain)
    }

    @Test func backoffDoublesUpToItsLimit() {
        let backoff = ConnectBackoff(first: .milliseconds(50), limit: .seconds(2))
        #expect(
            (1...8).map { backoff.delay(failures: $0, jitter: 1) }
                == [50, 100, 200, 400, 800, 1_600, 2_000, 2_000].map { .milliseconds($0) })
        #expect(backoff.delay(failures: .max, jitter: 0) == .seconds(1))
    }
}
