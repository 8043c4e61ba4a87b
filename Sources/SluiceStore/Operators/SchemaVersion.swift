public import PostgresDriver

/// Which schema a database has, and which this build needs.
public enum SchemaVersion {
    /// The version this build was made for.
    public static var needed: Int { Schema.current }

    /// The database's version; 0 when Sluice was never here.
    public static func found(on executor: any PostgresExecutor) async throws -> Int {
        let exists = try await executor.query("SELECT to_regclass('public.sluice_schema') IS NOT NULL")
        guard try exists.scalar(Bool.self) else { return 0 }
        return Int(try await executor.query("SELECT coalesce(max(version), 0) FROM sluice_schema").scalar(Int32.self))
    }
}
