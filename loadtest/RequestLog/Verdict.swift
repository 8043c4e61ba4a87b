/// What a request log proves.
public struct Verdict: Sendable, Equatable, Codable {
    /// A key with more than one request that was not definitely refused, or whose attempts overlapped.
    public struct KeyViolation: Sendable, Equatable, Codable {
        public var key: String
        /// Requests under this key that were not definitely refused.
        public var notRefused: Int
        public var accepted: Int
        /// Sequence numbers of all requests under this key, by time.
        public var sequences: [UInt64]
    }

    /// The fullest window of one length on one cap key.
    public struct WindowUse: Sendable, Equatable, Codable {
        public var capKey: String
        public var window: CapRules.Window
        /// Messages accepted in the fullest window.
        public var count: Int
        /// The window is (endNanoseconds − length, endNanoseconds].
        public var endNanoseconds: Int64

        public var isOver: Bool { count > window.cap }
    }

    /// The instant with most open requests on one cap key.
    public struct OpenUse: Sendable, Equatable, Codable {
        public var capKey: String
        public var count: Int
        /// nil when the cap key has no concurrency limit.
        public var cap: Int?
        public var nanoseconds: Int64

        public var isOver: Bool { cap.map { count > $0 } ?? false }
    }

    /// Most violations of a kind that are listed; the counts are complete.
    public static let longestList = 100

    /// Requests read completely.
    public var sends = 0
    public var accepted = 0
    public var refused = 0
    public var dropped = 0
    /// Requests that the gateway recognized as repeated.
    public var deduplicated = 0
    /// Requests without a response line.
    public var unfinished = 0
    /// Requests without a key: nothing can be said about repeats of them.
    public var withoutKey = 0

    /// Keys with more than one request that was not definitely refused.
    public var duplicateCount = 0
    public var duplicates: [KeyViolation] = []
    /// Keys with attempts that were open at the same time.
    public var overlapCount = 0
    public var overlaps: [KeyViolation] = []
    /// (cap key, window) pairs whose fullest window holds more than the cap.
    public var overCapCount = 0
    public var overCap: [WindowUse] = []
    /// Cap keys that had more open requests than their limit.
    public var overOpenCount = 0
    public var overOpen: [OpenUse] = []

    /// The cap key with most open requests; nil for an empty log.
    public var maxOpen: OpenUse?
    /// For each window length, the cap key that came closest to its cap, or went furthest over: by count − cap, then by
    /// count. In a saturated run its count equals its cap, else the run proved nothing.
    public var fullestWindow: [WindowUse] = []
    /// (cap key, window) pairs whose fullest window holds exactly the cap.
    public var filledWindows = 0

    /// Lines that were no entry, repeated requests of one sequence number, responses without a request or repeated.
    public var malformed = 0
    /// Bytes of an unfinished last line.
    public var tornBytes = 0

    /// No violation, and every line was evidence. A torn last line is allowed: its answer was never given.
    public var isClean: Bool {
        duplicateCount == 0 && overlapCount == 0 && overCapCount == 0 && overOpenCount == 0 && malformed == 0
    }
}

extension Verdict: CustomStringConvertible {
    /// One line for a report, without recipients.
    public var description: String {
        let windows = fullestWindow.map { "\($0.count)/\($0.window.cap) in \($0.window.nanoseconds / 1_000_000) ms" }
        return """
            sends=\(sends) accepted=\(accepted) refused=\(refused) dropped=\(dropped) deduplicated=\(deduplicated) \
            unfinished=\(unfinished) duplicate=\(duplicateCount) overlap=\(overlapCount) over_cap=\(overCapCount) \
            over_open=\(overOpenCount) max_open=\(maxOpen?.count ?? 0) malformed=\(malformed) \
            fullest=[\(windows.joined(separator: ", "))]
            """
    }
}
