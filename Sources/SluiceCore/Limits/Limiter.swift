/// The exact limiter of one cap key.
///
/// Admit at t iff (open + unknown whose deadline has not passed) + #{finished after t − W} < L, for every window (W,
/// L), and open + unknown < concurrency. DESIGN.md ("The limiter") proves that no window of accepted sends, as the
/// gateway sees them, then exceeds its limit, whatever the latency.
///
/// An attempt takes its place at ``admit(at:)`` and ends in exactly one of ``finish(at:)`` (accepted, or refused after
/// a byte was written), ``release()`` (certainly never written: no charge) and ``unknown(until:at:)`` (holds its place
/// until the deadline by which the gateway has accepted it or never will, and is charged there).
///
/// What is not known counts as full: every window that reaches back before ``init(caps:charges:knownFrom:at:)``'s
/// `knownFrom`, or before an entry that was dropped because no window reached it then, has no room.
///
/// Cost: O(1) amortized per call, O(unknowns) where unknowns are involved (at most the concurrency). Memory: 8 bytes
/// per finish in the longest window, plus a fixed part. No clock: `now` may go back between calls and is then taken as
/// the latest seen.
public struct Limiter: Sendable {
    /// One past attempt, to rebuild from.
    public enum Charge: Hashable, Sendable {
        case finished(MonotonicTime)
        case open(until: MonotonicTime)
    }

    /// How many sends could be admitted now; when none, the exact instant at which one more can be, if nothing else
    /// happens.
    public struct Capacity: Hashable, Sendable {
        public var available: Int
        /// Nil while `available > 0`, and when only an event (an open request that ends, other caps) can make room.
        public var next: MonotonicTime?

        public init(available: Int, next: MonotonicTime?) {
            self.available = available
            self.next = next
        }
    }

    /// What a window holds, for `why` and status.
    public struct WindowUse: Hashable, Sendable {
        public var window: Caps.Window
        /// Finished in the window, plus open and unknown.
        public var used: Int
    }

    private struct Span: Sendable {
        var window: Caps.Window
        var length: Int64
        /// The ordinal of the oldest finish inside the window.
        var inside: Int
    }

    public private(set) var caps: Caps
    /// Admitted and not ended.
    public private(set) var open = 0
    private var spans: [Span] = []
    private var longest: Int64 = 0
    private var largestLimit = 0
    private var finishes = FinishRing()
    /// Deadlines of unknowns, earliest first.
    private var deadlines: [Int64] = []
    /// Nothing is known of what finished at or before this.
    private var knownFrom: Int64
    private var latest: Int64

    /// Rebuilds from `charges` (any order). `knownFrom`: the charges are complete from there on; nil when they are all
    /// there ever was.
    public init(caps: Caps, charges: [Charge] = [], knownFrom: MonotonicTime? = nil, at now: MonotonicTime) {
        self.caps = caps
        self.knownFrom = knownFrom?.nanoseconds ?? .min
        latest = now.nanoseconds
        take(charges, besides: [])
    }

    // MARK: One attempt

    /// Takes a place when there is one.
    public mutating func admit(at now: MonotonicTime) -> Bool {
        guard capacity(at: now).available > 0 else { return false }
        open += 1
        return true
    }

    /// An admitted attempt ended at or before `now` and counts in the windows from `now` on.
    public mutating func finish(at now: MonotonicTime) {
        precondition(open > 0)
        advance(to: now)
        open -= 1
        charge(latest)
    }

    /// An admitted attempt was certainly never written.
    public mutating func release() {
        precondition(open > 0)
        open -= 1
    }

    /// An admitted attempt may be accepted until `deadline`.
    public mutating func unknown(until deadline: MonotonicTime, at now: MonotonicTime) {
        guard deadline > now else { return finish(at: now) }
        precondition(open > 0)
        advance(to: now)
        open -= 1
        let place = deadlines.firstIndex { $0 > deadline.nanoseconds } ?? deadlines.endIndex
        deadlines.insert(deadline.nanoseconds, at: place)
    }

    // MARK: Questions

    /// Room now. `places`: admitted attempts to be left out of the count, because whoever asks counts them as still
    /// waiting.
    public mutating func capacity(at now: MonotonicTime, leavingOut places: Int = 0) -> Capacity {
        // Asked several times at one instant, of which only the first moves anything.
        if now.nanoseconds > latest || deadlines.first.map({ $0 <= latest }) ?? false { advance(to: now) }
        let held = open + deadlines.count - places
        var available = caps.concurrency - held
        for span in spans { available = min(available, span.window.limit - held - (finishes.end - span.inside)) }
        if latest < fullUntil { available = 0 }
        guard available <= 0 else { return Capacity(available: available, next: nil) }
        return Capacity(available: 0, next: nextRoom(held: held).map(MonotonicTime.init(nanoseconds:)))
    }

    /// The windows and what they hold at `now`.
    public mutating func use(at now: MonotonicTime) -> [WindowUse] {
        advance(to: now)
        let held = open + deadlines.count
        return spans.map { WindowUse(window: $0.window, used: held + finishes.end - $0.inside) }
    }

    /// Whether what is not known keeps every place taken at `now`.
    public func isUnknown(at now: MonotonicTime) -> Bool { max(latest, now.nanoseconds) < fullUntil }

    /// Unknowns whose deadline had not passed when last asked.
    public var unknowns: Int { deadlines.count }

    /// Bytes beyond the value itself.
    public var byteCount: Int {
        finishes.byteCount + deadlines.capacity * MemoryLayout<Int64>.stride
            + spans.capacity * MemoryLayout<Span>.stride
    }

    // MARK: Changes at run time

    /// Other caps from now on. A lower limit applies at once, a higher one counts the history.
    public mutating func update(caps: Caps, at now: MonotonicTime) {
        advance(to: now)
        self.caps = caps
        setSpans()
        advance(to: now)
    }

    /// What a device that joins the key made under another one, as far back as `knownFrom`. Counted from now on with the
    /// rest, as if it had always been here.
    public mutating func absorb(_ charges: [Charge], knownFrom: MonotonicTime, at now: MonotonicTime) {
        advance(to: now)
        self.knownFrom = max(self.knownFrom, knownFrom.nanoseconds)
        take(charges, besides: (finishes.first..<finishes.end).map { finishes[$0] })
    }

    /// The history was read anew, and is complete from `knownFrom` on. What is open stays open and is charged when it
    /// ends, even if `charges` has it too: too much rather than too little.
    ///
    /// Only while it ``isUnknown(at:)``: nothing was admitted then since `charges` were read.
    public mutating func rebuild(_ charges: [Charge], knownFrom: MonotonicTime, at now: MonotonicTime) {
        advance(to: now)
        self.knownFrom = knownFrom.nanoseconds
        deadlines = []
        take(charges, besides: [])
    }

    // MARK: Inside

    private mutating func take(_ charges: [Charge], besides known: [Int64]) {
        var finished = known
        finished.reserveCapacity(known.count + charges.count)
        for charge in charges {
            switch charge {
            case .finished(let time): finished.append(time.nanoseconds)
            case .open(let deadline) where deadline.nanoseconds <= latest: finished.append(deadline.nanoseconds)
            case .open(let deadline): deadlines.append(deadline.nanoseconds)
            }
        }
        deadlines.sort()
        finished.sort()
        finishes = FinishRing()
        setSpans()
        finishes = FinishRing(finished, bound: largestLimit)
        advance(to: MonotonicTime(nanoseconds: latest))
    }

    private var fullUntil: Int64 {
        knownFrom.saturatingAdd(longest)
    }

    private mutating func setSpans() {
        spans = caps.windows.map { window in
            Span(window: window, length: (window.length + window.margin).wholeNanoseconds, inside: finishes.first)
        }
        longest = spans.map(\.length).max() ?? 0
        largestLimit = spans.map(\.window.limit).max() ?? 0
    }

    /// Charges unknowns whose deadline passed and moves every window's index to `now`.
    private mutating func advance(to now: MonotonicTime) {
        latest = max(latest, now.nanoseconds)
        let passed = deadlines.prefix { $0 <= latest }.count
        if passed > 0 {
            for deadline in deadlines.prefix(passed) { charge(deadline) }
            deadlines.removeFirst(passed)
        }
        var oldest = finishes.end
        for index in spans.indices {
            let edge = latest.saturatingSubtract(spans[index].length)
            while spans[index].inside < finishes.end, finishes[spans[index].inside] <= edge { spans[index].inside += 1 }
            oldest = min(oldest, spans[index].inside)
        }
        if oldest > finishes.first {
            knownFrom = max(knownFrom, finishes[oldest - 1])
            finishes.drop(before: oldest)
        }
    }

    /// Later than the truth is safe, so a time before the last entry takes the last entry's.
    private mutating func charge(_ time: Int64) {
        finishes.append(max(time, finishes.last ?? time), bound: largestLimit)
    }

    /// When every constraint has room, if no event comes. Each, once met, stays met, so it is the latest of their
    /// instants.
    private func nextRoom(held: Int) -> Int64? {
        var instant = max(latest, fullUntil)
        let excess = held - caps.concurrency + 1
        if excess > 0 {
            guard excess <= deadlines.count else { return nil }
            instant = max(instant, deadlines[excess - 1])
        }
        for span in spans {
            let finished = finishes.end - span.inside
            let excess = held + finished - span.window.limit + 1
            guard excess > 0 else { continue }
            if excess <= finished {
                instant = max(instant, finishes[span.inside + excess - 1].saturatingAdd(span.length))
            } else if excess - finished <= deadlines.count {
                instant = max(instant, deadlines[excess - finished - 1].saturatingAdd(span.length))
            } else {
                return nil
            }
        }
        return instant
    }
}
