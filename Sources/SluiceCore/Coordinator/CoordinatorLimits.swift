/// Every bound of the leader's machine, in one place. Each is a parameter; the defaults come with their arithmetic.
public struct CoordinatorLimits: Hashable, Sendable {
    // MARK: One claim statement; at most one is under way

    /// Contacts. At about 20,000 contacts/s in the database a full claim takes 50 ms, the longest a trigger waits
    /// behind it.
    public var claimContacts = 1_000
    /// Lanes probed. A probe that finds nothing costs about 10 µs.
    public var claimLanes = 2_000
    /// Lanes of one device; with more, the rest takes its turn in the next claim.
    public var claimLanesPerDevice = 16
    /// Contacts of one lane: what a lane's guess grows to while its answers come back full.
    public var claimPerLane = 256
    /// Between probes of a lane that said "due" and gave nothing (somebody else holds its rows, or our clock was
    /// early).
    public var emptyProbeBackoff = Backoff(first: .milliseconds(1), cap: .milliseconds(250))

    // MARK: What is not urgent leaves room

    /// Between a claim and the next one of what is not urgent: a fifth of the 100 ms within which a freed cap unit is
    /// used. What trickles in is claimed, reserved and settled by the handful.
    public var claimRest: Duration = .milliseconds(20)
    /// The same while something urgent is about.
    public var pacedClaimRest: Duration = .milliseconds(40)
    /// The longest such rest, after a claim that took long.
    public var longestClaimRest: Duration = .milliseconds(100)
    /// What the claim of something urgent may take before the rest slows down: twice what it takes where nothing else
    /// runs.
    public var urgentClaim: Duration = .milliseconds(4)
    /// How long the rest goes slower after a claim of something urgent.
    public var bulkGivesWayFor: Duration = .seconds(10)
    /// Contacts a second that are claimed of what is not urgent while something urgent is about: at first, at least and
    /// at most. All devices of 3,000 use 67 a second.
    public var bulkRateAtFirst = 4_000.0
    public var bulkRate: ClosedRange<Double> = 400...50_000
    /// What of the rate is left after a claim of something urgent that took too long, and what is added after another.
    public var bulkDecrease = 0.85
    public var bulkIncrease = 15.0

    // MARK: Reading lanes

    /// Lanes re-read by one sweep, at most: 10,000 index probes take 50–100 ms of the database, every 5 s.
    public var sweepLanes = 10_000
    /// Sweeps in a row that leave out a lane that is known to be due on a device that can take nothing. With a sweep every
    /// 5 s it is read every 20 s.
    public var sweepsLeftOut = 3
    /// A sweep that takes longer is followed by one of half as many lanes.
    public var longSweep: Duration = .milliseconds(500)
    /// Of sweeps: about a twentieth of the time.
    public var sweepCycle = DutyCycle(rest: 20, longestRest: .seconds(60))
    /// Lanes known by name only that wait to be loaded. Beyond it everything is loaded instead.
    public var namedLanes = 10_000

    // MARK: Errands

    /// After a failed statement of any kind.
    public var retryBackoff = Backoff(first: .milliseconds(100), cap: .seconds(2))
    /// Between two reads of all lanes or all routes: a burst of pauses costs five reads a second, not one for each.
    public var loadEvery: Duration = .milliseconds(200)
    /// Between two reads of the slots' owners, and between two assignments.
    public var assignEvery: Duration = .milliseconds(50)
    /// Between two looks for live and lapsed shards while something calls for them: a shard that stops gives its slots
    /// up to nobody until the leader has seen that it does.
    public var surveySpacing: Duration = .milliseconds(200)
    /// How long after a lease's end its slots are given away. A shard that was started again registers the moment its
    /// old lease ends, and gets its slots back at once, not after another has read their history.
    public var lapseGrace: Duration = .milliseconds(50)
    /// The longest between two looks for live and lapsed shards.
    public var surveyEvery: Duration = .seconds(10)
    /// Between two rounds of taking back what expired.
    public var takeBackEvery: Duration = .seconds(2)
    /// The longest between two such rounds, when nothing expires: what was set aside waits for them, too. And between two
    /// that look at all batches, not only at the latest.
    public var takeBackAtLeastEvery: Duration = .seconds(30)
    /// Live claims that no batch explains are written off this long after their batch's take-back.
    public var writeOffAfter: Duration = .seconds(5)

    // MARK: Reports

    /// The most that a device's capacity is taken for, whatever is reported: more than a device sends in the time that
    /// a claim stands.
    public var largestCapacity = 1_000
    /// A shard's reports that look older than one already heard, for this long and without a newer one: the one that
    /// looked newer was no report of that shard. Longer than the two seconds within which a shard says something new,
    /// so that late messages are never taken for a stream.
    public var olderFor: Duration = .seconds(3)
    /// Least time between two times that shards are asked for what was missed of theirs: half of the two seconds after
    /// which they say something in any case.
    public var askEvery: Duration = .seconds(1)
    /// Reports in a row whose count of consumed claims cannot be, until the count begins anew from them.
    public var impossibleCounts = 3
    /// A shard looks at the database within a second of a new leader's first word; one that reports to another term
    /// for longer than this is named in the status.
    public var astrayAfter: Duration = .seconds(5)
    /// Nodes whose reports are told apart: no cluster has more.
    public var strangers = 10_000
    /// Devices whose credit is kept while it cannot be judged: a new leader hears of all devices before it has read
    /// where they are. At about 100 bytes each 100 MB, and none once owners and devices are read.
    public var earlyCredits = 1_000_000

    public init() {}
}
