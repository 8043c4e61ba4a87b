import SluiceCore
import Testing

@testable import SluiceGateways

@Suite struct SendTicketTests {
    private let limit = MonotonicTime(nanoseconds: 100)

    @Test func admitsOnce() {
        let ticket = SendTicket(latestStart: limit, totalTime: .seconds(1))
        #expect(ticket.admit(at: limit))
        #expect(!ticket.admit(at: limit))
        #expect(ticket.conclude() == .written)
        #expect(!ticket.admit(at: limit))
    }

    @Test func lateIsFinal() {
        let ticket = SendTicket(latestStart: limit, totalTime: .seconds(1))
        #expect(!ticket.admit(at: limit + .nanoseconds(1)))
        #expect(!ticket.admit(at: limit))
        #expect(ticket.conclude() == .late)
    }

    @Test func concludedUnwrittenIsNeverWritten() {
        let ticket = SendTicket(latestStart: limit, totalTime: .seconds(1))
        #expect(ticket.conclude() == .unwritten)
        #expect(!ticket.admit(at: limit))
        #expect(ticket.conclude() == .unwritten)
    }

    @Test func withoutAGuardAnyTimeIsFine() {
        #expect(SendTicket(latestStart: nil, totalTime: .seconds(1)).admit(at: limit))
    }

    @Test(arguments: [(Duration.seconds(50), 37_500), (.microseconds(1), 1), (.zero, 1)])
    func userTimeoutRunsOutBeforeTheTotalTime(total: Duration, milliseconds: Int) {
        #expect(SendTicket(latestStart: nil, totalTime: total).userTimeout == milliseconds)
    }
}
