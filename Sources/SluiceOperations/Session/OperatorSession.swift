public import NATSDriver
public import PostgresDriver
public import SluiceCore
public import SluiceWire

/// An operator's, or the API's, access to a cluster: what every command works on.
public struct OperatorSession: Sendable {
    /// With ``databaseSettings``, and without `sluice.internal`: the triggers have to see what operators write.
    public let database: any PostgresTransactor
    /// Nil when NATS cannot be reached: commands then answer from what the database knows.
    public let nats: NATSConnection?
    public let subjects: Subjects
    /// Who acts, as `audit_log.actor` has it: `user@host`, or `api`.
    public let actor: String
    /// How long the "hour" and the "day" of the caps are in this cluster.
    public let windows: CapWindows

    /// Server settings of its connections. A statement is told to stop when its own deadline passes; the server's limit
    /// stands above the longest of these, two minutes, and ends only what a program that died has left behind.
    public static let databaseSettings = PostgresConfiguration.defaultSettings.merging(
        ["statement_timeout": "150s"]
    ) { $1 }

    public init(
        database: any PostgresTransactor, nats: NATSConnection?, subjects: Subjects, actor: String,
        windows: CapWindows = CapWindows()
    ) {
        self.database = database
        self.nats = nats
        self.subjects = subjects
        self.actor = actor
        self.windows = windows
    }

    /// This session within a transaction of the caller's: what it changes stays if and only if that is committed.
    func acting(on transaction: PostgresTransaction) -> OperatorSession {
        OperatorSession(database: transaction, nats: nats, subjects: subjects, actor: actor, windows: windows)
    }

    /// This session in somebody's name.
    public func acting(as actor: String) -> OperatorSession {
        OperatorSession(database: database, nats: nats, subjects: subjects, actor: actor, windows: windows)
    }

    /// A change and its line in the audit log, in one transaction.
    func change<Value: Sendable>(
        deadline: Duration = .seconds(10), _ body: (AuditedTransaction) async throws -> Value
    ) async throws -> Value {
        try await database.withTransaction(.readCommitted, deadline: deadline) { transaction in
            try await body(AuditedTransaction(transaction: transaction, actor: actor))
        }
    }

    /// Tells the leader that there is something to take in. A hint: the tables' own NOTIFY says the same, so a NATS that
    /// is away costs nothing but this.
    func wakeIntake() {
        guard let nats else { return }
        try? nats.publish(subjects.wake, payload: Wake(reason: .intake).encoded())
    }
}
