// # PostgresDriver: libpq 15 for Swift concurrency
//
// Why it exists: libpq is the client that PostgreSQL itself ships and tests, but its calls block. This module keeps
// every libpq call on a thread that belongs to one connection, and lets tasks wait for it without blocking the
// cooperative pool.
//
// Parts:
// - `PostgresConnection`: a session. Tasks put submissions into its mailbox and wake its thread by an eventfd; the
//   thread runs them one after another, polling libpq's socket and the eventfd, and resumes the tasks.
// - `PostgresPool`: a bounded number of connections; a pure value (`PoolMachine`) decides, the pool acts.
// - `PostgresValue`, `PostgresResult`: parameters in binary, arrays among them; results decoded where libpq put them.
//
// States of a connection: connecting → serving → ended. Of a statement: queued → running → over, or running →
// cancelling → over or abandoned (`StatementProgress`). Of a transaction: opened by BEGIN on the thread, which then
// takes only its statements from the queue, until COMMIT or ROLLBACK was answered.
//
// Invariants:
// - A PGconn is used by one thread, from `PQconnectStartParams` to `PQfinish`; `Session` and `ConnectionHandle`
//   cannot leave it.
// - Each submission is answered exactly once, and never while a lock is held.
// - Every wait has a deadline; every queue and buffer has a limit. Only an idle connection waits without end, for
//   its next work.
// - A cancel request is over before the next statement is sent, so it cannot hit that one.
// - After an error that is not `isConnectionFatal` the connection is usable and, outside `withTransaction`, in no
//   transaction of ours.
//
// How it fails: every failure is a `PostgresError`. `mayHaveTakenEffect` is true when the server may have done what
// was asked although no answer arrived: the session was lost, or the statement did not stop within the grace.
