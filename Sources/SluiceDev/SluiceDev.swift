/// SluiceDev: a whole cluster on one machine, in one folder.
///
/// Why it exists: the first thing a person does with Sluice is to try it. `sluice dev` needs no server that runs, no
/// port that is free and no account: it starts a private PostgreSQL and nats-server, the nodes and a gateway simulator
/// as separate processes, and takes all of them with it when it ends. Tests and the load test start the same cluster
/// through ``DevCluster``.
///
/// States: ``DevCluster/run(_:)`` locks the folder → ends leftovers of a killed run → starts stage after stage (a stage
/// starts when the one before it is ready: its nodes' `/readyz` answer 200 and every slot has its owner) → runs `body`
/// → stops the stages in reverse order.
///
/// Invariants:
/// - One run per folder: the lock on `<data>/lock` is the kernel's, so it ends with the process however that dies.
/// - A child dies with its parent: the kernel signals it (`PR_SET_PDEATHSIG`), and what slipped through is found by the
///   recorded pid and start time and ended by the next run.
/// - A process that dies is started again, at ever longer intervals (``RestartPolicy``); the others are left alone.
/// - Every wait has a deadline; a child that does not stop in time is killed.
/// - Nothing is written outside the folder and nothing listens outside 127.0.0.1.
///
/// How it fails: ``DevError``, one line that says what to do. A stage that does not become ready ends the run; its
/// log's last lines are part of the error.
public enum SluiceDev {}
