/// What the bus says of the leader and of versions is a hint: anybody may say it, and a bit may flip on the way. The
/// database's word counts, even when it is a smaller one, as after a restore.
extension ShardMachine {
    /// A beacon or a batch names something newer than what we know: the database is asked at once, at most so often.
    mutating func hear(_ hint: ClusterVersions) {
        if hint.isAhead(of: versions) { isLookWanted = true }
    }

    mutating func hear(_ term: Term) {
        var hint = versions
        hint.term = term
        hear(hint)
    }

    /// When the look that is wanted may start; nil when none is wanted or one is under way.
    func nextLook(after now: MonotonicTime) -> MonotonicTime? {
        guard isLookWanted, phase == .running, clock != nil, gates.look.isOpen(at: now) else {
            return isLookWanted ? gates.look.opens(after: now) : nil
        }
        return lookNotBefore.map { max($0, now) } ?? now
    }

    mutating func startLook(at now: MonotonicTime) {
        guard let start = nextLook(after: now), start <= now else { return }
        isLookWanted = false
        lookNotBefore = now + limits.lookEvery
        actions.append(.readVersions(begin(.look(asked: now))))
    }

    /// The database said so at `asked` or later. An answer that was overtaken by a newer one changes nothing.
    mutating func confirm(_ read: ClusterVersions, asked: MonotonicTime, at now: MonotonicTime) {
        guard versionsAsked.map({ $0 <= asked }) ?? true else { return }
        versionsAsked = asked
        let isOtherTerm = read.term != versions.term
        versions = read
        if isOtherTerm { adopt(read.term, at: now) }
    }
}
