/// # RequestLog: what the gateway saw, and whether that kept the promises
///
/// **Why it exists.** Sluice promises caps that hold at the gateway and at most one message per key. Sluice's own
/// tables cannot prove either, so every test, the demo and the load test judge by the gateway simulator's request log.
/// This module holds the shape of that log, reads it and judges it. It imports nothing of Sluice, and its arithmetic is
/// written from the definition of a rolling window, so that one mistake cannot hide in both.
///
/// **The log.** Append-only JSON lines, two for each message request: `request` when it has been read completely and
/// `response` when it has been answered or dropped. `loadtest/README.md` documents every field.
///
/// **States of one request in the log.** received (a `request` line only) → accepted | refused | dropped | duplicate.
/// A received request without a response is *unfinished*: it counts as open, and as not definitely refused.
///
/// **Invariants.** Within one file `seq` of the request lines rises strictly and `ns` never falls. A response line
/// comes after its request line. The judge sorts by `ns` anyway and believes neither.
///
/// **How it fails.** A torn last line (the writer died) is skipped and reported. A malformed line elsewhere is counted
/// and makes the verdict unclean: a judge that skips evidence proves nothing. Only failing to read the file throws.
public enum RequestLogFormat {
    /// Longest value of a text field in bytes; the writer cuts longer ones, so a line has a bounded length.
    public static let longestText = 256

    /// The code of the response line that a restarted gateway writes for each request its predecessor left open.
    public static let processDied = "PROCESS_DIED"
}
