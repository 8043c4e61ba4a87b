public import PostgresDriver
internal import SluiceCore

/// Creates the schema and brings it up to date.
///
/// Each version is one transaction, and two nodes that migrate at once do it one after the other: both lock the row of
/// versions. A database newer than this build is refused, untouched, and so is one whose rows do not fit
/// (``AdoptionBlocked``).
public struct Migrator: Sendable {
    private let connection: PostgresConnection

    /// `connection` needs no statement timeout: adopting millions of rows takes minutes.
    public init(connection: PostgresConnection) { self.connection = connection }

    /// Session settings for a connection that migrates: unlike a node's, statements may take as long as the rows need.
    public static let sessionSettings = ["statement_timeout": "0", "lock_timeout": "10s", "sluice.internal": "on"]

    /// What a migration did.
    public struct Report: Hashable, Sendable {
        public var from: Int
        public var to: Int
    }

    /// The database's version, 0 when Sluice was never here.
    public func version() async throws -> Int {
        let known = try await connection.query("SELECT to_regclass('public.sluice_schema') IS NOT NULL")
        guard try known.scalar(Bool.self) else { return 0 }
        return try await Self.version(on: connection)
    }

    /// Brings the database to this build's version. `progress` hears of each version before it starts.
    public func migrate(progress: (_ version: Int) -> Void = { _ in }) async throws -> Report {
        try await connection.execute(
            script: """
                BEGIN;
                SELECT pg_advisory_xact_lock(\(Self.lockKey));
                CREATE TABLE IF NOT EXISTS sluice_schema (
                    version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now(), build text NOT NULL);
                COMMIT;
                """, deadline: Self.deadline)
        var report = try await migrateOnce(progress: progress)
        while report.to < Schema.current {
            report.to = try await migrateOnce(progress: progress).to
        }
        return report
    }

    /// One version in one transaction, behind a lock on the versions: the second of two nodes waits and then finds it
    /// done.
    private func migrateOnce(progress: (_ version: Int) -> Void) async throws -> Report {
        try await connection.withTransaction(.readCommitted, deadline: Self.deadline) { transaction in
            try await transaction.execute(script: "LOCK TABLE sluice_schema IN EXCLUSIVE MODE", deadline: Self.deadline)
            let found = try await Self.version(on: transaction)
            guard found <= Schema.current else {
                throw StoreError.schemaTooNew(found: found, known: Schema.current)
            }
            guard found < Schema.current else { return Report(from: found, to: found) }
            if found == 0 {
                let report = try await Adoption.check(transaction)
                guard !report.isBlocked else { throw AdoptionBlocked(report: report) }
            }
            progress(found + 1)
            for section in Schema.versions[found] {
                try await transaction.execute(script: section, deadline: Self.deadline)
            }
            try await transaction.query(
                "INSERT INTO sluice_schema (version, build) VALUES ($1, $2)",
                [.int32(Int32(found + 1)), .string(SluiceCore.version)])
            return Report(from: found, to: found + 1)
        }
    }

    private static func version(on executor: some PostgresExecutor) async throws -> Int {
        let rows = try await executor.query("SELECT coalesce(max(version), 0) FROM sluice_schema")
        return Int(try rows.scalar(Int32.self))
    }

    private static let deadline: Duration = .seconds(3600)
    /// Any fixed number; guards only the creation of the table of versions.
    private static let lockKey = 7_235_408
}
