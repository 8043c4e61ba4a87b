/// SluiceOperations: what the operators' commands do, and what the HTTP API answers.
///
/// Why it exists: an operator asks "how is it?", "why has this not been sent?" and "stop this". Each is one function
/// here over an ``OperatorSession``, which returns a plain `Codable` value; a renderer beside it turns the value into a
/// table for people. Argument parsing is in the executable, HTTP in `SluiceAPI`: both call the same functions and so
/// give the same answers.
///
/// States: none. Whatever a command needs it reads when it is asked; nothing is remembered between two calls, except by
/// ``StatusReader``, which `--watch` keeps so that the expensive figures are not taken anew with every look.
///
/// Invariants:
/// - Every change and its row of `audit_log` are one transaction.
/// - Nothing here counts rows without a bound: a figure that would need it is given as "at least", or named as not
///   counted.
/// - Operators' sessions do not say `sluice.internal`, so the schema's triggers see what they write, as they see any
///   user's SQL. The one exception is settling an unknown outcome, which is the settle statement itself (see
///   `UnknownResolution` in `SluiceStore`).
/// - No credential leaves: a gateway is shown with the names of its credentials, never their values.
///
/// How it fails: ``OperationsError`` for what the operator gave (with the nearest names that exist), `PostgresError`
/// when the database did not answer. ``StatusReader`` alone never throws: what it cannot reach is its first finding.
public enum SluiceOperations {}
