internal import Synchronization

/// The tickets of the requests in flight, by a number that travels with a request down to its connection.
///
/// The number is a header that ``SendGate`` takes off before the head is encoded; it is the only way to carry
/// something through the HTTP client. Bounded by the callers: each has one ticket and hands it back.
final class TicketDesk: Sendable {
    /// Never on the wire.
    static let header = "sluice-ticket"

    private struct State {
        var last: UInt64 = 0
        var open: [String: SendTicket] = [:]
    }

    private let state = Mutex(State())

    func issue(_ ticket: SendTicket) -> String {
        state.withLock { state in
            state.last += 1
            let number = String(state.last)
            state.open[number] = ticket
            return number
        }
    }

    func ticket(_ number: String) -> SendTicket? {
        state.withLock { $0.open[number] }
    }

    func handBack(_ number: String) {
        state.withLock { _ = $0.open.removeValue(forKey: number) }
    }
}
