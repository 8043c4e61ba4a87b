internal import DequeModule

/// Devices that have both due work and credit, in the order of when they got both: the oldest grant goes first, so
/// nobody starves when work exceeds the claim's bound.
struct GrantQueue {
    private struct Grant {
        var device: DeviceID
        var since: MonotonicTime
    }

    private var grants = Deque<Grant>()
    private var members: Set<DeviceID> = []

    var isEmpty: Bool { grants.isEmpty }
    var count: Int { grants.count }

    /// Since when the device at the front has waited.
    var oldest: MonotonicTime? { grants.first?.since }

    mutating func append(_ device: DeviceID, since now: MonotonicTime) {
        guard members.insert(device).inserted else { return }
        grants.append(Grant(device: device, since: now))
    }

    mutating func popFirst() -> DeviceID? {
        guard let grant = grants.popFirst() else { return nil }
        members.remove(grant.device)
        return grant.device
    }
}
