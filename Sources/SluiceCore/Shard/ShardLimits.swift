/// Every bound of a shard node, in one place. Each is a parameter; the defaults come with their arithmetic.
public struct ShardLimits: Hashable, Sendable {
    // MARK: Claims

    /// Claims waiting in memory, over all devices. A claim takes about 80 bytes, so 20,000 take 1.6 MB; at 5,000
    /// messages/s it is 4 s of work, well within the 30 s that a claim stands. What comes beyond is released.
    public var queuedClaims = 20_000
    /// Claims that the leader is promised room for, over all devices; one at least for each. A claim that finds no room,
    /// or waits for longer than it stands, was made for nothing: at 500 messages/s these are 20 s of work.
    public var promisedClaims = 10_000
    /// Batches remembered by id, so that a repeated one is known. A batch is remembered until it expires (30 s): 500
    /// batches/s.
    public var knownBatches = 16_384
    /// Batches read back from the database at once: what NATS lost is rare, and a reserve must not wait for it.
    public var concurrentFetches = 2

    // MARK: Statements

    /// Claims of one reserve statement. 50 to 200 rows share one commit, beyond that the statement's own time
    /// dominates.
    public var reserveBatch = 200
    /// Least time between two reserves of what is not urgent, when the first took all that could start. A statement
    /// costs PostgreSQL 0.4 ms whatever its rows and 0.022 ms each: this gathers 18 rows at 900 messages/s, and a permit
    /// stands idle for 10 ms of an answer's 350.
    public var reserveEvery: Duration = .milliseconds(20)
    /// Claims of one device in one reserve, when the device has no gap and not more devices wait than may start.
    public var claimsPerDeviceAndReserve = 4
    /// When a claim is reserved again whose contact somebody holds locked. Most locks are a statement's, of some
    /// milliseconds; by a transaction that stays open, a claim is asked for some 30 times until it expires.
    public var busyReserveBackoff = Backoff(first: .milliseconds(20), cap: .seconds(1))
    public var settleBatch = 500
    /// Least time between two settles, unless the first was full. What is answered and not settled when a node dies is
    /// unknown: this is no longer than a commit may take anyhow. With 20 ms a message takes up to 6 % more of all
    /// processors.
    public var settleEvery: Duration = .milliseconds(40)
    /// Attempts that are reserved, open or not settled yet. When it is reached, no reserve starts (I20, I24). 2 s of
    /// 5,000 messages/s; at about 1 KB each 10 MB.
    public var unsettledAttempts = 10_000
    /// How long a node that has lost its lease still tries to settle, unless it is stopped; take-over then finds the attempts unknown.
    public var settleFor: Duration = .seconds(600)
    /// How long an outcome is kept in memory because its contact is locked or refused. Then it goes into the table that
    /// the leader works off, and the attempt makes room for another.
    public var setAsideAfter: Duration = .seconds(60)
    public var settleBackoff = Backoff(first: .milliseconds(50), cap: .seconds(5))
    /// When an attempt whose contact somebody holds locked is settled again.
    public var busySettleAgain: Duration = .milliseconds(500)
    /// When an attempt is settled again whose contact's row the database refuses: somebody has to mend a trigger or a
    /// constraint first.
    public var faultySettleAgain: Duration = .seconds(5)
    public var releaseBatch = 500
    /// Take-overs under way. One takes all that waits, because it may read the whole of the ledger's last days, of
    /// however few slots it is; a second is for what comes meanwhile.
    public var concurrentTakeOvers = 2
    /// So few slots are read by an index.
    public static let fewSlots = 64
    /// After a failed statement of any other kind.
    public var retryBackoff = Backoff(first: .milliseconds(100), cap: .seconds(2))

    // MARK: HTTP

    /// Open requests of the node: four gateway hosts at their limit. A socket and its buffers take about 40 KB: 40 MB.
    public var permitsPerNode = 1_024
    /// Open requests per base URL, so that a host that hangs takes no more than a quarter of the node's. 256 open at a
    /// WhatsApp device's median of 350 ms are 730 messages/s of one node, ten times what 3,000 devices' caps allow;
    /// more would only be more unknowns when the node dies.
    public var permitsPerHost = 256
    /// Failures in a row that open a host's breaker.
    public var breakerThreshold = 10
    /// 8 s at most, so that devices send again within 10 s of the host's return (I16).
    public var breakerBackoff = Backoff(first: .seconds(1), cap: .seconds(8))
    /// State questions under way.
    public var concurrentPolls = 8
    public var pollBackoff = Backoff(first: .seconds(10), cap: .seconds(60))
    /// The longest a gateway's Retry-After holds a device.
    public var longestRest: Duration = .seconds(3600)

    // MARK: Credit

    /// Least time between two reports while there is much to say: 200 reports/s at most.
    public var reportEvery: Duration = .milliseconds(5)
    /// Least time between two looks at who leads, however often the bus says that somebody new does.
    public var lookEvery: Duration = .milliseconds(100)
    /// How often something is reported although nothing is new, so that the leader sees by its number what it missed.
    public var speakEvery: Duration = .seconds(2)
    /// Within this each device is named once although nothing about it is new, which heals what was heard wrongly. A
    /// tenth of them every two seconds: within the 20 s in which every device that can send does again.
    public var nameAllWithin: Duration = .seconds(20)
    /// Least time between two reports of all devices to one leader, however often it asks.
    public var wholeEvery: Duration = .seconds(1)
    /// Credits, and lanes, of one report: at about 40 bytes each 160 KB, where a NATS message may have 1 MB.
    public var reportSize = 4_000
    /// Due lanes kept while nobody leads; the leader's sweep finds what is dropped.
    public var dueLanes = 20_000

    // MARK: Lease

    /// How long before the self-fence the last request may start: what lies between the guard's look at the clock and
    /// the first byte.
    public var leaseMargin: Duration = .milliseconds(100)

    public init() {}
}
