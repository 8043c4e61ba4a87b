import Testing

@testable import SluiceDev

@Suite struct RestartPolicyTests {
    @Test func `short lives are followed by ever longer pauses, up to a limit`() {
        var policy = RestartPolicy()
        let delays = (0..<8).map { _ in policy.delay(afterLife: .seconds(1)) }
        #expect(delays.prefix(4) == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1_600)])
        #expect(delays.suffix(2) == [.seconds(5), .seconds(5)])
    }

    @Test func `a long life starts the count again`() {
        var policy = RestartPolicy()
        for _ in 0..<5 { _ = policy.delay(afterLife: .zero) }
        #expect(policy.delay(afterLife: .seconds(60)) == policy.firstDelay)
    }

    @Test func `it gives up on a process that never lives`() {
        var policy = RestartPolicy()
        let delays = (0...policy.attempts).map { _ in policy.delay(afterLife: .zero) }
        #expect(delays.dropLast().allSatisfy { $0 != nil })
        #expect(delays.last == .some(nil))
    }
}
