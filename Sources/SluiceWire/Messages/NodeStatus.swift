public import SluiceCore

/// What a node says of itself when it is asked. The part of its role is set.
public struct NodeStatus: Hashable, Sendable {
    public var name: String
    public var incarnation: Incarnation
    public var role: NodeRole
    public var version: String
    public var host: String
    public var startedAt: DatabaseTime
    /// Since the start of the last good lease renewal, in whole milliseconds.
    public var renewalAge: Duration = .zero
    /// NATS messages dropped because a mailbox was full.
    public var messagesDropped: UInt64 = 0
    /// Stale, repeated, foreign or undecodable messages that were ignored (I19).
    public var messagesIgnored: UInt64 = 0
    /// Stable codes, explained in docs/runbook.md (SLU-107).
    public var problems: [String] = []
    public var coordinator: CoordinatorStatus?
    public var shard: ShardStatus?
    public var api: APIStatus?

    public init(
        name: String, incarnation: Incarnation, role: NodeRole, version: String, host: String, startedAt: DatabaseTime
    ) {
        self.name = name
        self.incarnation = incarnation
        self.role = role
        self.version = version
        self.host = host
        self.startedAt = startedAt
    }
}

/// A coordinator's part of its status.
public struct CoordinatorStatus: Hashable, Sendable {
    /// The term it leads with; nil when it stands by, and the rest is zero then.
    public var term: Term?
    public var lanesKnown: UInt64 = 0
    /// Lanes whose next contact is due.
    public var lanesDue: UInt64 = 0
    /// How long the longest-waiting contact has been due on a device that has capacity, in whole milliseconds (I17).
    public var oldestDue: Duration = .zero
    /// Rows the last look at the intake tables left behind: a hint, not a count.
    public var intakeBacklog: UInt64 = 0

    public init(term: Term?) { self.term = term }
}

/// An API node's part of its status.
public struct APIStatus: Hashable, Sendable {
    /// Calls of the API answered since its process started, whatever the answer.
    public var requestsServed: UInt64

    public init(requestsServed: UInt64) { self.requestsServed = requestsServed }
}

/// A shard node's part of its status.
public struct ShardStatus: Hashable, Sendable {
    /// Owned devices by what their gateways last said. A paused device is counted under ``paused`` only.
    public struct Devices: Hashable, Sendable {
        public var connected: UInt32 = 0
        public var disconnected: UInt32 = 0
        public var loggedOut: UInt32 = 0
        public var notFound: UInt32 = 0
        public var credentialsRefused: UInt32 = 0
        public var banned: UInt32 = 0
        public var paused: UInt32 = 0

        public init() {}
    }

    /// Attempts that ended within the last minute.
    public struct Outcomes: Hashable, Sendable {
        public var sent: UInt64 = 0
        public var failed: UInt64 = 0
        public var unknown: UInt64 = 0

        public init() {}
    }

    public var slotsOwned: UInt32 = 0
    /// Owned slots whose limiters are rebuilt.
    public var slotsReady: UInt32 = 0
    public var openRequests: UInt32 = 0
    public var queuedClaims: UInt32 = 0
    /// Attempts whose outcome is known here and not yet in the database.
    public var unsettled: UInt32 = 0
    /// Unknown outcomes whose deadline has not passed.
    public var unknownOpen: UInt32 = 0
    public var devices = Devices()
    public var devicesAtHourlyCap: UInt32 = 0
    public var devicesAtDailyCap: UInt32 = 0
    public var devicesAtConcurrencyCap: UInt32 = 0
    public var lastMinute = Outcomes()
    public var permitsUsed: UInt32 = 0
    public var permitsLimit: UInt32 = 0
    /// Host and port of each base URL whose breaker is open; never its path or credentials.
    public var openBreakers: [String] = []

    public init() {}
}
