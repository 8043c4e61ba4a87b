import CNATS
import Synchronization

/// One wildcard subscription per connection on which all replies to its requests arrive.
///
/// Each request has a number that ends its reply subject. A reply without a waiting request (late, or sent twice) is
/// thrown away.
final class ReplyInbox: Sendable {
    /// A request whose replies are awaited.
    struct Pending: Sendable {
        let number: UInt64
        let replySubject: String
        let replies: Mailbox
    }

    private struct State {
        var lastNumber: UInt64 = 0
        var pending: [UInt64: Mailbox] = [:]
        /// Requests of which the server said that nobody listens.
        var unheard: Set<UInt64> = []
        var isFinished = false
    }

    /// `_INBOX.<unique>.`, with the public nkey in between when there is one.
    private let prefix: String
    private let state = Mutex(State())

    /// - Parameter owner: in whose own part of the inboxes this one is. The servers can then forbid everybody else to
    ///   listen there; see `cluster/nats/make-permissions`.
    init(owner: String?) throws(NATSError) {
        var inbox: UnsafeMutablePointer<natsInbox>?
        guard natsInbox_Create(&inbox) == NATS_OK, let inbox else {
            throw NATSError(.other, operation: "connect", detail: "no inbox could be named")
        }
        let unique = String(cString: inbox).dropFirst(NATSMessage.inboxes.utf8.count)
        natsInbox_Destroy(inbox)
        prefix = NATSMessage.inboxes + (owner.map { $0 + "." } ?? "") + unique + "."
    }

    var subject: String { prefix + "*" }

    /// True once the connection drains or is closed, which comes before its state says so.
    var isFinished: Bool { state.withLock { $0.isFinished } }

    /// - Parameter capacity: how many replies are kept.
    /// - Returns: nil when too many requests wait already.
    func open(capacity: Int) -> Pending? {
        let replies = Mailbox(capacity: capacity)
        let number: UInt64? = state.withLock { state in
            guard state.pending.count < NATSLimits.outstandingRequests else { return nil }
            state.lastNumber += 1
            state.pending[state.lastNumber] = replies
            if state.isFinished { replies.finish() }
            return state.lastNumber
        }
        return number.map { Pending(number: $0, replySubject: prefix + String($0), replies: replies) }
    }

    /// - Returns: whether the server said that nobody listens on the request's subject.
    @discardableResult
    func close(_ pending: Pending) -> Bool {
        state.withLock { state in
            state.pending.removeValue(forKey: pending.number)
            return state.unheard.remove(pending.number) != nil
        }
    }

    func deliver(_ message: NATSMessage, isNoResponders: Bool) {
        guard let number = UInt64(message.subject.dropFirst(prefix.count)) else { return }
        let replies = state.withLock { state in
            let replies = state.pending[number]
            if isNoResponders, replies != nil { state.unheard.insert(number) }
            return replies
        }
        if isNoResponders {
            replies?.finish()
        } else {
            // What does not fit is more than the request asked for.
            _ = replies?.offer(message)
        }
    }

    /// No reply will come any more.
    func finish() {
        let waiting = state.withLock { state in
            state.isFinished = true
            return Array(state.pending.values)
        }
        for replies in waiting { replies.finish() }
    }
}
