/// SluiceStore: the schema and every statement.
///
/// Why it exists: what must be true after a crash is decided in PostgreSQL, by single statements that compare and set.
/// This module holds those statements, one file each, and gives their results as values of `SluiceCore`.
///
/// States: the claim state machine of `sequence_contacts` and the outcome machine of `send_ledger`, see DESIGN.md.
///
/// Invariants it upholds: I3 reserve first, I8 fence, I10 epochs and terms, I11 one live claim, I12 outcomes, I21
/// workspaces.
///
/// How it fails: every call has a deadline and throws ``StoreError``. A statement that throws may have taken effect
/// when the connection was lost; each says in its protocol how the caller heals that.
///
/// Sessions: a node's connections carry `sluice.internal = on`, so that the triggers that watch for what users write
/// pass them by. Operators' commands and the API write like users do, without it.
public enum SluiceStore {
    /// Session settings of a node's connections.
    /// - Parameter isDurable: whether a commit waits for the disk. Reserve, settle, fence and term do; claims need not.
    public static func sessionSettings(isDurable: Bool) -> [String: String] {
        var settings = [
            "sluice.internal": "on",
            "synchronous_commit": isDurable ? "on" : "off",
            "statement_timeout": "3s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "3s",
            // Statements here are known and prepared once; plans that look at arrays' contents only cost time.
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
        ]
        // What reserves, settles and enrolls goes by keys, also where a table was empty when the statement was planned.
        if isDurable { settings["enable_seqscan"] = "off" }
        return settings
    }

    /// Of sessions that claim and that read: each lane is a probe of an index in its order, whatever the statistics said
    /// when the statement was planned. Planned while there were no contacts, a look at all lanes would otherwise read
    /// all contacts once a lane.
    static var probingSettings: [String: String] {
        sessionSettings(isDurable: false).merging(["enable_seqscan": "off", "enable_bitmapscan": "off"]) { $1 }
    }

    /// Of sessions that enter the few who were just triggered. Planning takes ten times what entering a few takes, so
    /// it is done once; and what few rows lead to is found by keys, whatever the statistics said then. Who locks what
    /// is entered is left to the statements that halve their chunk.
    static var urgentSettings: [String: String] {
        sessionSettings(isDurable: true).merging([
            "enable_bitmapscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "lock_timeout": "25ms",
        ]) { $1 }
    }
}
