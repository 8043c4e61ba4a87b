/// LoadTest: whole runs of a private cluster, judged from outside.
///
/// Why it exists: what Sluice promises is only worth what a run shows. A run starts the real processes (``SluiceDev``),
/// loads work in plain SQL, lets things die, and is judged by the gateway's request log; the tables only say what was
/// asked for.
///
/// Invariants: no figure is assumed; each is counted from the log or read from the tables at the end. Every run has a
/// deadline and says at it what is missing.
public enum LoadTest {}
