/// Keeps a node from spending its permits on a gateway host that is down. One per node and base URL.
///
/// - `closed(failures)`: requests go; a success forgets the failures; at `threshold` failures in a row → `open`.
/// - `open(until)`: nothing goes. From `until` on one probe may start → `probing`. A request that was under way and
///   succeeds → `closed`.
/// - `probing`: one request is under way. Success → `closed`, failure → `open` for twice as long, never written →
///   `open` until now.
public struct Breaker: Hashable, Sendable {
    public enum State: Hashable, Sendable {
        case closed(failures: Int)
        case open(until: MonotonicTime)
        case probing
    }

    /// What one request says of the host.
    public enum Evidence: Hashable, Sendable {
        /// The host answered as a gateway does, be it a refusal.
        case answered
        /// No connection, a time-out, a reset, a 5xx.
        case failed
        /// The request was never written.
        case nothing
    }

    public private(set) var state: State = .closed(failures: 0)
    private let threshold: Int
    private let backoff: Backoff
    /// Openings since the last success.
    private var openings = 0

    public init(threshold: Int, backoff: Backoff) {
        precondition(threshold > 0)
        self.threshold = threshold
        self.backoff = backoff
    }

    public var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    /// Whether a request may start at `now`.
    public func allows(at now: MonotonicTime) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): until <= now
        case .probing: false
        }
    }

    /// A request starts, which ``allows(at:)`` permitted. True when it is the probe; the caller says so when it ends.
    public mutating func start(at now: MonotonicTime) -> Bool {
        precondition(allows(at: now))
        guard case .open = state else { return false }
        state = .probing
        return true
    }

    /// A request ended. Returns whether the state changed.
    public mutating func end(_ evidence: Evidence, wasProbe: Bool, at now: MonotonicTime) -> Bool {
        let before = state
        switch (state, evidence) {
        case (_, .answered):
            openings = 0
            state = .closed(failures: 0)
        case (.closed(let failures), .failed) where failures + 1 < threshold:
            state = .closed(failures: failures + 1)
            return false
        case (.closed, .failed): open(at: now)
        case (.probing, .failed) where wasProbe: open(at: now)
        case (.probing, .nothing) where wasProbe: state = .open(until: now)
        case (.open, .failed), (.probing, .failed), (_, .nothing): break
        }
        if case (.closed, .closed) = (before, state) { return false }
        return before != state
    }

    private mutating func open(at now: MonotonicTime) {
        openings += 1
        state = .open(until: now + backoff.delay(afterFailures: openings))
    }
}
