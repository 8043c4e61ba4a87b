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

    /// The database said so at `asked` or later. Two answers under way at once may have been read in either order: of
    /// them the greater numbers count. A smaller one counts when it was asked for after the greater had been heard.
    mutating func confirm(_ read: ClusterVersions, asked: MonotonicTime, at now: MonotonicTime) {
        let isOvertaken = versionsHeard.map { asked < $0 } ?? false
        let newest = isOvertaken ? versions.newest(with: read) : read
        versionsHeard = now
        let isOtherTerm = newest.term != versions.term
        versions = newest
        if isOtherTerm { adopt(newest.term, at: now) }
    }
}
