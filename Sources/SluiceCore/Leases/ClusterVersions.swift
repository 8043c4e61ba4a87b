/// Who leads, and how new what a shard remembers has to be: three numbers that the database alone gives out.
public struct ClusterVersions: Hashable, Sendable {
    public var term: Term
    /// Of `slot_owners`.
    public var assignment: Int64
    /// Of devices, caps and gateways.
    public var control: Int64

    public init(term: Term, assignment: Int64, control: Int64) {
        self.term = term
        self.assignment = assignment
        self.control = control
    }

    /// Whether any of them is beyond what `known` says.
    func isAhead(of known: ClusterVersions) -> Bool {
        term > known.term || assignment > known.assignment || control > known.control
    }

    /// The greater of each.
    func newest(with other: ClusterVersions) -> ClusterVersions {
        ClusterVersions(
            term: max(term, other.term), assignment: max(assignment, other.assignment),
            control: max(control, other.control))
    }
}
