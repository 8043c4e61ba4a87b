/// Why the database refuses to write one contact's row, and would refuse it again: a constraint, a trigger or a value
/// of that row. Never the connection's, a lock's or the server's fault: those say nothing of the row (I22).
public struct RowFault: Error, Hashable, Sendable {
    /// What the database said, in one line; no phone number and no message in it.
    public var text: String

    public init(_ text: String) { self.text = text }
}
