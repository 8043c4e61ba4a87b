internal import DequeModule

/// Devices that have both due work and credit: those with something urgent first, and within each kind in the order of
/// when they got both. The oldest grant goes first, so nobody starves when work exceeds the claim's bound; and every
/// tenth turn that would pass the others by is theirs.
struct GrantQueue {
    private struct Grant: Equatable {
        var device: DeviceID
        var since: MonotonicTime
        var isUrgent: Bool
    }

    private var urgent = Deque<Grant>()
    /// May hold grants that became urgent; they are dropped when their turn comes.
    private var others = Deque<Grant>()
    private var members: [DeviceID: Grant] = [:]
    private var urgentMembers = 0
    private var passedBy = PassedBy()

    var isEmpty: Bool { members.isEmpty }
    var count: Int { members.count }
    var hasUrgent: Bool { urgentMembers > 0 }

    /// Since when the device has waited that waits longest.
    var oldest: MonotonicTime? {
        let first = others.first { members[$0.device] == $0 }
        return [first?.since, urgent.first?.since].compactMap { $0 }.min()
    }

    /// Joins the queue, or moves up in it.
    mutating func append(_ device: DeviceID, since now: MonotonicTime, isUrgent: Bool) {
        if let known = members[device], known.isUrgent || !isUrgent { return }
        let grant = Grant(device: device, since: now, isUrgent: isUrgent)
        members[device] = grant
        if isUrgent {
            urgentMembers += 1
            urgent.append(grant)
        } else {
            others.append(grant)
        }
    }

    /// Whose turn it is. `onlyUrgent`: nobody else's.
    mutating func popFirst(onlyUrgent: Bool = false) -> DeviceID? {
        if onlyUrgent { return take(from: \.urgent) }
        let isOthers = hasUrgent && passedBy.takesLowest(isLessUrgentWaiting: count > urgentMembers, floor: .standard)
        return isOthers
            ? take(from: \.others) ?? take(from: \.urgent) : take(from: \.urgent) ?? take(from: \.others)
    }

    private mutating func take(from queue: WritableKeyPath<GrantQueue, Deque<Grant>>) -> DeviceID? {
        while let grant = self[keyPath: queue].popFirst() {
            guard members[grant.device] == grant else { continue }
            members[grant.device] = nil
            if grant.isUrgent { urgentMembers -= 1 }
            return grant.device
        }
        return nil
    }
}
