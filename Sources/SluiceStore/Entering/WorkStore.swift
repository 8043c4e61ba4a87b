/// What the leader's areas of work ask of the database. Same rules as ``ShardStore``.
public protocol WorkStore: Sendable {
    /// Which areas have anything to do.
    func waitingWork() async throws -> WaitingWork

    /// Works off one chunk of an area. `more` when there may be more.
    func work(_ area: WorkArea, limit: Int) async throws -> IntakeResult

    /// How long until a contact at a decision is due; nil when none waits.
    func untilNextBranch() async throws -> Duration?

    /// Sums changes of the contact counts into the counts, so that reading them stays cheap, and says on campaigns what
    /// they have come to.
    func foldCounts() async throws
}
