/// What a shard says of itself in a status answer.
public struct ShardView: Hashable, Sendable {
    public var slotsOwned = 0
    public var slotsReady = 0
    public var openRequests = 0
    public var queuedClaims = 0
    /// Claims from the start of their reserve to their settlement.
    public var unsettled = 0
    public var unknownOpen = 0
    /// Devices by ``DeviceCondition/name``; a paused one counts as `paused` whatever its condition.
    public var devices: [String: Int] = [:]
    public var devicesAtConcurrency = 0
    /// Devices with a full window, by the window's place in their caps.
    public var devicesAtWindow: [Int: Int] = [:]
    public var permitsUsed = 0
    public var permitsLimit = 0
    /// Base URLs whose breaker is not closed.
    public var openBreakers: [String] = []

    public init() {}
}

/// What a shard says of one device: why it sends or does not.
public struct DeviceView: Hashable, Sendable {
    public var device: DeviceID
    public var condition: DeviceCondition
    public var isPaused: Bool
    /// What keeps it from starting one more claim; nil when nothing does.
    public var hold: ShardMachine.Hold?
    public var capacity: Int
    public var windows: [Limiter.WindowUse]
    /// When room comes next if there is none.
    public var nextRoom: MonotonicTime?
    public var open: Int
    public var unknowns: Int
    public var concurrency: Int
    public var gapUntil: MonotonicTime?
    public var queuedClaims: Int
    public var isBreakerOpen: Bool
}

extension ShardMachine {
    /// Looks at every device: for status questions only.
    public func view(at now: MonotonicTime) -> ShardView {
        var view = ShardView()
        view.slotsOwned = ownedSlots
        view.slotsReady = slots.count { $0.phase == .ready }
        view.openRequests = openSends.count
        view.queuedClaims = queuedClaims
        view.unsettled = attempts
        view.permitsUsed = nodePermits.inUse
        view.permitsLimit = nodePermits.limit
        view.openBreakers = hosts.filter { !$0.breaker.isClosed && hostIndex[$0.baseURL] != nil }.map(\.baseURL)
        for device in devices where !device.isGone {
            if device.profile.settingsProblem == nil {
                view.devices[device.profile.isPaused ? "paused" : device.condition.name, default: 0] += 1
            }
            var limiter = capKeys[device.capKey].limiter
            for (place, use) in limiter.use(at: now).enumerated() where use.used >= use.window.limit {
                view.devicesAtWindow[place, default: 0] += 1
            }
            if limiter.open + limiter.unknowns >= limiter.caps.concurrency { view.devicesAtConcurrency += 1 }
        }
        for capKey in capKeys where !capKey.members.isEmpty { view.unknownOpen += capKey.limiter.unknowns }
        return view
    }

    /// Nil when the device is not on this node.
    public func view(of device: DeviceID, at now: MonotonicTime) -> DeviceView? {
        guard let index = deviceIndex[device] else { return nil }
        // The questions move the limiter's indices to `now`, which here must not show.
        var copy = self
        let device = devices[index]
        var limiter = capKeys[device.capKey].limiter
        return DeviceView(
            device: device.profile.id, condition: device.condition, isPaused: device.profile.isPaused,
            hold: copy.hold(on: index, at: now), capacity: copy.capacity(of: index, at: now),
            windows: limiter.use(at: now), nextRoom: limiter.capacity(at: now).next, open: limiter.open,
            unknowns: limiter.unknowns, concurrency: limiter.caps.concurrency, gapUntil: device.gap.wait(at: now),
            queuedClaims: device.queue.count, isBreakerOpen: !hosts[device.host].breaker.isClosed)
    }

    /// The last reading of both clocks.
    public var reading: ClockReading? { clock }

    /// Until when starts are trusted under the present lease; nil before the first renewal and after it is lost.
    public var trustedUntil: MonotonicTime? { isLost ? nil : startFence }

    /// Whether it can do its work now: every slot it owns is loaded, and the lease is trusted.
    public func isReady(at now: MonotonicTime) -> Bool {
        mayStart(at: now) && phase == .running && slots.allSatisfy { $0.phase != .loading }
    }

    /// Whether the machine has said ``ShardAction/finished``.
    public var isFinished: Bool { phase == .finished }
}

extension ShardMachine {
    /// How much is under way. O(1).
    public var load: (openRequests: Int, queuedClaims: Int, unsettled: Int) {
        (openSends.count, queuedClaims, attempts)
    }
}
