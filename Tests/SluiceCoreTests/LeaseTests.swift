import SluiceCore
import Testing

@Suite struct LeaseTests {
    /// A class, because an expectation cannot contain a mutating call.
    private final class HeldLease {
        var lease = Lease(takenAt: CoordinatorFixture.at(0), timers: Timers())
        func isTrusted(at now: MonotonicTime) -> Bool { lease.isTrusted(at: now) }
        func renew(startedAt start: MonotonicTime, at now: MonotonicTime) -> Bool {
            lease.renew(startedAt: start, at: now)
        }
    }

    private func at(_ milliseconds: Int) -> MonotonicTime { CoordinatorFixture.at(milliseconds) }

    @Test func trustEndsCountedFromTheStartOfTheRenewal() {
        let lease = HeldLease()
        #expect(lease.renew(startedAt: at(1_000), at: at(2_900)))
        #expect(lease.lease.trustedUntil == at(4_500))
        #expect(lease.isTrusted(at: at(4_499)))
        #expect(!lease.isTrusted(at: at(4_500)))
    }

    @Test func aLapseIsFinal() {
        let lease = HeldLease()
        #expect(!lease.isTrusted(at: at(3_500)))
        #expect(!lease.renew(startedAt: at(3_400), at: at(3_600)))
        #expect(!lease.isTrusted(at: at(3_600)))
    }

    @Test func anAnswerThatCameTooLateDoesNotRevive() {
        let lease = HeldLease()
        #expect(!lease.renew(startedAt: at(1_000), at: at(4_500)))
    }

    @Test func aRenewalThatStartedAfterTheLapseDoesNotRevive() {
        // A node that was stopped for long: nobody asked in between.
        let lease = HeldLease()
        #expect(!lease.renew(startedAt: at(9_000), at: at(9_001)))
    }

    @Test func renewalsThatOvertakeEachOtherDoNotShortenTrust() {
        let lease = HeldLease()
        #expect(lease.renew(startedAt: at(2_000), at: at(2_100)))
        #expect(lease.renew(startedAt: at(1_000), at: at(2_200)))
        #expect(lease.lease.trustedUntil == at(5_500))
    }
}
