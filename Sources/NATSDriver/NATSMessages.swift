/// The messages of one subscription, for one reader.
///
/// The sequence ends when the subscription's scope ends, the connection closes or the reading task is cancelled.
public struct NATSMessages: AsyncSequence, Sendable {
    public typealias Element = NATSMessage
    public typealias Failure = Never

    let mailbox: Mailbox

    /// Messages lost so far because the reader was slower than the sender.
    public var dropped: Int { mailbox.dropped }

    public func makeAsyncIterator() -> Iterator {
        Iterator(mailbox: mailbox)
    }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let mailbox: Mailbox

        public mutating func next() async -> NATSMessage? {
            await mailbox.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> NATSMessage? {
            await mailbox.next()
        }
    }
}
