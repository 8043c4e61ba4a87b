internal import FoundationEssentials

/// A place in a lane's order, in which contacts go by the time that they are due and, of those due at one instant, by id:
/// a million may be due at the same one, and a claim must not walk past all that were sent before it.
public struct LanePosition: Hashable, Comparable, Sendable {
    public var due: DatabaseTime
    /// The first contact of those due at `due` that lies here; nil: before all of them.
    public var contact: ContactID?

    public init(due: DatabaseTime, contact: ContactID? = nil) {
        self.due = due
        self.contact = contact
    }

    /// Ids are compared byte by byte, as PostgreSQL does.
    public static func < (left: Self, right: Self) -> Bool {
        guard left.due == right.due else { return left.due < right.due }
        guard let later = right.contact else { return false }
        return left.contact.map { $0.rawValue < later.rawValue } ?? true
    }
}
