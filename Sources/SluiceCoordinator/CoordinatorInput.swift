internal import NATSDriver
internal import SluiceCore

/// What the loop that owns the machine is woken by.
enum CoordinatorInput: Sendable {
    case event(CoordinatorEvent)
    /// What a statement of that term led to.
    case answer(CoordinatorEvent, Term)
    /// Somebody asks how the node is, which has dropped so many messages since it connected.
    case status(NATSMessage, dropped: UInt64)
    /// A message came that does not decode.
    case undecodable
}
