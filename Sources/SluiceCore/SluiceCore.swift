/// SluiceCore: what Sluice decides, as values.
///
/// Why it exists: the rules that must never be wrong (who may send, when, how often, and what an answer means) are pure
/// state machines here. They read no clock, draw no random number and do no I/O: time, chance and identity are inputs,
/// directives are outputs, and a shell (`SluiceCoordinator`, `SluiceShard`) interprets them. The same input gives the
/// same output, which is what lets a simulation replay a run from its seed.
///
/// Layout:
/// - `Identity/` names things: contacts, devices, lanes, hash slots, nodes, terms, epochs.
/// - `Time/` the two clocks (monotonic and the database's), timers and their arithmetic.
/// - `Devices/` what sends, and the gateway dialects; `Leases/` who may act, and who owns which slot.
/// - `Claims/` lanes, credits and what the leader marks for a shard.
/// - `Sending/` what goes out and what came of it.
/// - `Limits/` what may be used up: caps and their limiter, gaps, permits, breakers, back-off.
/// - `Shard/` and `Coordinator/` the two machines, each with every bound on its queues and batches, and the arithmetic.
/// - `Text/` how near one word is to another; `OptOuts/` what people mean by a message that is one word.
///
/// Invariants are numbered as in DESIGN.md ("Invariants"). A violation of a precondition that only a bug in a shell can
/// cause traps; anything that comes from outside (a message, a row) is answered by a value.
public enum SluiceCore {
    /// The version of this build, as `sluice --version` and every node's status report it.
    public static let version = "0.1.0"
}
