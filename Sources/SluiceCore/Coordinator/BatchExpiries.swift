internal import DequeModule

/// When the batches handed out expire, rounded up to a second so that it stays as small as the claims' life is long.
struct BatchExpiries {
    private var seconds = Deque<DatabaseTime>()
    private var roundStart: DatabaseTime?
    /// When the last round over all batches began; nil before the term's first.
    private var allSince: DatabaseTime?
    private var isRoundOverAll = true
    private let allEvery: Duration
    /// Every batch that expired before this has been taken back, and what was reported then has been heard.
    private var heardThrough: DatabaseTime?
    /// A take-back of which not everything may have been heard. Later ones wait for it: while claims are made all the
    /// time there is one every other second, and the last is never old enough.
    private var unheard: (endedAt: MonotonicTime, through: DatabaseTime)?

    /// - Parameter allEvery: the longest between two rounds over all batches.
    init(allEvery: Duration) { self.allEvery = allEvery }

    /// When the next take-back is worth its statement; nil when no batch is out.
    var next: DatabaseTime? { seconds.first }

    mutating func note(_ expiry: DatabaseTime) {
        if let last = seconds.last, expiry <= last { return }
        seconds.append(expiry + .seconds(1))
    }

    /// A take-back of what has expired starts; the database's clock shows at least `now`.
    ///
    /// - Returns: what expired before this need not be looked at. While somebody keeps a snapshot open, the rows of all
    ///   batches since are still there, thousands a minute: rounds between two over all look at the latest only. They
    ///   overlap, for the batch that somebody holds locked.
    mutating func begin(at now: DatabaseTime) -> DatabaseTime {
        if roundStart == nil {
            roundStart = now
            isRoundOverAll = allSince.map { now < $0 || now >= $0 + allEvery } ?? true
        }
        guard !isRoundOverAll, let allSince else { return .distantPast }
        return allSince - allEvery
    }

    /// It ended; `isComplete` when nothing expired was left behind.
    mutating func end(isComplete: Bool, at now: MonotonicTime) {
        guard isComplete, let start = roundStart else { return }
        roundStart = nil
        if isRoundOverAll { allSince = start }
        if unheard == nil { unheard = (now, start) }
        while let first = seconds.first, first < start { seconds.removeFirst() }
    }

    /// Through when batches were taken back at least `age` ago; nil when none was.
    mutating func takenBackThrough(for age: Duration, at now: MonotonicTime) -> DatabaseTime? {
        if let round = unheard, round.endedAt + age <= now {
            heardThrough = round.through
            unheard = nil
        }
        return heardThrough
    }
}
