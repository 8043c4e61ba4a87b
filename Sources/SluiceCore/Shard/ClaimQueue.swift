internal import DequeModule

/// A claim that waits, and when it stops being ours.
struct QueuedClaim: Sendable {
    var claim: Claim
    var expiresAt: DatabaseTime
    /// How often a reserve found its contact locked.
    var timesBusy = 0
}

/// The claims that wait for one device: by priority class, first in first out within one. Of the starts that
/// would pass somebody by, the workspace's share is the least urgent's.
struct ClaimQueue: Sendable {
    private var classes = [Deque<QueuedClaim>](repeating: Deque(), count: PriorityClass.count)
    private(set) var count = 0
    private var passedBy = PassedBy()

    var isEmpty: Bool { count == 0 }

    /// The class of the claim that goes first.
    var urgency: PriorityClass? {
        classes.firstIndex { !$0.isEmpty }.flatMap { PriorityClass(rawValue: UInt8($0)) }
    }

    /// When the first of them expires; claims of one class expire in the order they came, near enough.
    var nextExpiry: DatabaseTime? { classes.compactMap { $0.first?.expiresAt }.min() }

    mutating func append(_ claim: QueuedClaim) {
        classes[Int(claim.claim.priorityClass.rawValue)].append(claim)
        count += 1
    }

    mutating func popFirst(floor: FloorShare) -> QueuedClaim? {
        guard let first = classes.firstIndex(where: { !$0.isEmpty }),
            let last = classes.lastIndex(where: { !$0.isEmpty })
        else { return nil }
        let isLowests = passedBy.takesLowest(isLessUrgentWaiting: last > first, floor: floor)
        count -= 1
        return classes[isLowests ? last : first].popFirst()
    }

    /// Drops what has expired by `now` and returns how many.
    mutating func dropExpired(at now: DatabaseTime) -> Int {
        let before = count
        for index in classes.indices {
            while let first = classes[index].first, first.expiresAt <= now {
                classes[index].removeFirst()
                count -= 1
            }
        }
        return before - count
    }

    /// Takes everything out.
    mutating func removeAll() -> [QueuedClaim] {
        guard count > 0 else { return [] }
        let claims = classes.flatMap { $0 }
        self = ClaimQueue()
        return claims
    }
}
