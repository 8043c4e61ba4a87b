/// What a lease renewal tells a shard.
public struct Renewal: Hashable, Sendable {
    public var databaseNow: DatabaseTime
    /// Of the present leader, or of the last one; zero before the first.
    public var term: Term
    /// Rises with every change of `slot_owners`; the shard reads its slots anew when it differs.
    public var assignmentVersion: Int64
    /// Rises with every change of a device, a cap, a gateway or a pause.
    public var controlVersion: Int64
    /// Batches of this incarnation that are still open in the database: what NATS may have lost.
    public var openBatches: [BatchID]

    public init(
        databaseNow: DatabaseTime, term: Term, assignmentVersion: Int64, controlVersion: Int64, openBatches: [BatchID]
    ) {
        self.databaseNow = databaseNow
        self.term = term
        self.assignmentVersion = assignmentVersion
        self.controlVersion = controlVersion
        self.openBatches = openBatches
    }

    var versions: ClusterVersions {
        ClusterVersions(term: term, assignment: assignmentVersion, control: controlVersion)
    }
}
