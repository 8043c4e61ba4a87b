internal import DequeModule

/// One device of this node.
struct ShardDevice: Sendable {
    /// A reservation that a gap of its own keeps from starting.
    struct Held: Sendable {
        var attempt: ReservedAttempt
        var latestStart: MonotonicTime
    }

    /// What was last told to the leader.
    struct Reported: Hashable, Sendable {
        var capacity: Int
        var consumed: Int64
    }

    var profile: DeviceProfile
    /// Indices into the machine's cap keys and hosts.
    var capKey: Int
    var host: Int
    var condition: DeviceCondition
    /// It is not in the database any more.
    var isGone = false

    var queue = ClaimQueue()
    var gap = Gap()
    /// A reservation of this device came with a gap of its own: from then on one claim at a time, since only its
    /// reservation tells a claim's gap.
    var hasOwnGaps = false
    /// Claims in reserve statements.
    var reserving = 0
    /// Those, and reservations that have not ended.
    var open = 0
    var held = Deque<Held>()
    /// A gateway asked for quiet until then.
    var restUntil: MonotonicTime?

    var pollAt: MonotonicTime?
    var pollFailures = 0
    var isPolling = false
    /// It could not send, cannot be asked, and is tried: one message at a time.
    var isOnTrial = false

    var consumed: Int64 = 0
    var reported: Reported?

    // Membership of the machine's work lists, so that a device is on each at most once.
    var isTouched = false
    var isDirty = false

    init(profile: DeviceProfile, capKey: Int, host: Int) {
        self.profile = profile
        self.capKey = capKey
        self.host = host
        condition = profile.condition
    }
}

/// One cap key: the limiter that its devices share.
struct ShardCapKey: Sendable {
    var name: String
    var limiter: Limiter
    /// It was rebuilt while nobody knew what the ledger's dates are worth, and counts as full.
    var isInDoubt = false
    /// Since when what it used is known, as the database said last; nil: always was.
    var historyFrom: DatabaseTime?
    /// The devices, by index.
    var members: [Int] = []
    /// Places held by claims in reserve statements, which the leader still counts as live.
    var reserving = 0
}

/// One gateway base URL.
struct ShardHost: Sendable {
    var baseURL: String
    var permits: Permits
    var breaker: Breaker
    /// The devices, by index.
    var members: [Int] = []
    /// Devices that could send if this host had a permit for them.
    var waiting = DeviceLine()
}

/// One claim on its way from a reserve to its settlement.
struct Attempt: Sendable {
    var claim: Claim
    /// When the leader may take the claim back.
    var expiresAt: DatabaseTime
    /// How often a reserve found its contact locked.
    var timesBusy: Int
    var device: Int
    var host: Int
    /// It is the one request that tests whether the host is back.
    var isProbe: Bool
    var deadlineAfter: Duration
}

/// An attempt that is reserved: its ledger row exists.
struct ReservedAttempt: Sendable {
    var attempt: Attempt
    var reservation: Reservation
    /// By then the gateway has accepted it or never will.
    var deadline: MonotonicTime
}
