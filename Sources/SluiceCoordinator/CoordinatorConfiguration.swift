public import SluiceCore
public import SluiceWire

/// How a coordinator node runs. Validated by whoever builds it (`SluiceConfig`).
public struct CoordinatorConfiguration: Sendable {
    /// Unique among live coordinators.
    public var name: String
    public var host: String
    public var version = SluiceCore.version
    public var subjects: Subjects
    public var timers = Timers()
    public var limits = CoordinatorLimits()

    /// Lead triggers of one enrollment statement: about 200 ms of the database.
    public var enrollChunk = 5_000
    /// Completions of one statement.
    public var completeChunk = 1_000
    /// Contacts of one statement whose branch is decided: about 200 ms of the database.
    public var decideChunk = 2_000
    /// Wake-ups of one statement.
    public var wakeChunk = 5_000
    /// Batches of one take-back: at most this times 1,000 contacts, in practice a tenth.
    public var takeBackChunk = 200
    /// Of entering lead triggers: half of the time at most, so that of many triggers several are entered at once. With 600
    /// a second a message costs a tenth less in all, and waits no longer.
    public var enrollCycle = DutyCycle(rest: 1, longestRest: .milliseconds(5))
    /// How often the intake tables are looked at although nobody said anything.
    public var intakeEvery: Duration = .seconds(10)
    /// Least time between two looks for completions, and for branches to decide, while shards settle.
    public var settledSpacing: Duration = .milliseconds(200)
    /// Rows of one statement of an area of work: about 200 ms of the database.
    public var workChunk = 5_000
    /// Subscribers of one statement that enters a campaign: about 250 ms of the database, and as long does whoever stops
    /// the campaign wait for it.
    public var campaignChunk = 30_000
    /// Least time between two sums of the contact counts, while they change and summing is quick.
    public var countsSpacing: Duration = .seconds(2)
    /// Of these sums: about a fiftieth of the time.
    public var countsCycle = DutyCycle(rest: 50, longestRest: .seconds(60))
    /// Contacts that one statement moves off devices that are out of service, and as many that return.
    public var relocateChunk = 1_000
    /// How often devices that went out of service by themselves, or came back, are looked for. What an operator changes
    /// is looked at at once.
    public var relocateEvery: Duration = .seconds(30)
    public var maintainEvery: Duration = .seconds(3600)
    /// Days of send ledger that are kept.
    public var ledgerDays = LedgerRetention.days

    public init(name: String, host: String, subjects: Subjects) {
        self.name = name
        self.host = host
        self.subjects = subjects
    }
}
