/// SluiceCoordinator: the shell that runs `CoordinatorMachine`.
///
/// **Why it exists.** The machine decides; somebody must read the clocks, carry out its statements, listen to NATS and
/// `NOTIFY`, and keep the lease alive. That is all this module does.
///
/// **States.** A `Coordinator` lives through incarnations, one `CoordinatorLife` each: registering → standing by ⇄
/// leading → over. A life is over when its lease lapsed or was fenced; the next one starts at once and owns nothing.
/// Within a life the lead may come and go, each time with a new term. `LeadState` is where the loops of one life agree
/// on it.
///
/// **Loops of a life**, all children of its `run()`: `RenewalLoop` (lease, lead, beacon), `LeaderLoop` (the machine and
/// its statements), `Hearing` (NATS), `NotificationListener`, `IntakeLoops` (enrollment, branches, completion,
/// relocation, upkeep; only while leading).
///
/// **Invariants.**
/// 1. The machine is touched by `LeaderLoop` alone. Everybody else puts inputs into its inbox: hints are dropped when
///    it is full, answers never.
/// 2. Every statement of the machine is answered exactly once, by its result or its failure.
/// 3. After a connection to the database broke the next renewal asks for a new term: claims need not reach the disk
///    before they are answered, so a crash of the database may have undone some that the machine counts as live.
///
/// **How it fails.** Without NATS, shards find their batches by polling and the lanes by the sweep: latency. Without
/// the database, every loop retries with a back-off and logs when that begins and ends; after 3.5 s the lease is not
/// trusted any more and the life ends. Nothing here ends the process except being told to stop.
public enum SluiceCoordinator {}
