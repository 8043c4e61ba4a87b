public import SluiceCore
public import SluiceWire

/// How a coordinator node runs. Validated by whoever builds it (`SluiceConfig`).
public struct CoordinatorConfiguration: Sendable {
    /// Unique among live coordinators.
    public var name: String
    public var host: String
    public var subjects: Subjects
    public var timers = Timers()
    public var limits = CoordinatorLimits()

    /// Lead triggers of one enrollment statement: about 200 ms of the database.
    public var enrollChunk = 5_000
    /// Completions of one statement.
    public var completeChunk = 1_000
    /// Wake-ups of one statement.
    public var wakeChunk = 5_000
    /// Batches of one take-back: at most this times 1,000 contacts, in practice a tenth.
    public var takeBackChunk = 200
    /// How often the intake tables are looked at although nobody said anything.
    public var intakeEvery: Duration = .seconds(10)
    /// Least time between two looks for completions while shards settle.
    public var completeSpacing: Duration = .milliseconds(200)
    public var maintainEvery: Duration = .seconds(3600)
    /// Days of send ledger that are kept. The longest cap window is a day.
    public var ledgerDays = 35

    public init(name: String, host: String, subjects: Subjects) {
        self.name = name
        self.host = host
        self.subjects = subjects
    }
}
