public import PostgresDriver

/// Why a store call did not do what it was asked.
public enum StoreError: Error, Sendable {
    /// This incarnation's lease has lapsed or its fence is closed: it owns nothing any more and must start anew.
    case leaseLost
    /// Another coordinator leads.
    case termLost
    /// A live node has this name; its lease lapses then unless it is renewed.
    case nameInUse(name: String, lapsesIn: Duration)
    /// The database's schema is newer than this build.
    case schemaTooNew(found: Int, known: Int)
    /// The database's schema is older than this build needs: run `sluice migrate`.
    case schemaTooOld(found: Int, needed: Int)
    /// The database could not be reached or did not answer in time, or refused the statement.
    case database(PostgresError)
    /// A row held something it must not hold; names the table and column.
    case malformed(String)
}
