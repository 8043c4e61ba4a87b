/// SluiceConfig: what a process is told from outside, validated once into plain values.
///
/// Why it exists: a wrong setting must be found when a process starts, named with its key, its source and what is
/// allowed, and never when the value is used at night. After ``Settings/load(from:)`` nothing in Sluice reads the
/// environment.
///
/// Sources, the first that has a key wins: command line, environment, file. All three use the same names
/// (`SLUICE_LEASE_MS`), so that a line of the file can be pasted into a shell. A key is declared in one place,
/// ``Setting``'s static members, with its unit, default, range and meaning; `sluice config show` and `sluice config
/// check` are driven by these declarations.
///
/// Invariants: a ``Settings`` value that exists is consistent (``Timers`` in the right order, ranges kept). A secret
/// appears in no description and no error.
///
/// How it fails: ``SettingsError`` lists all problems at once, not the first only.
public enum SluiceConfig {}
