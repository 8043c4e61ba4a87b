internal import DequeModule

/// When the batches handed out expire, rounded up to a second so that it stays as small as the claims' life is long.
struct BatchExpiries {
    private var seconds = Deque<DatabaseTime>()
    private var roundStart: DatabaseTime?
    /// Every batch that expired before this has been taken back, and what was reported then has been heard.
    private var heardThrough: DatabaseTime?
    /// A take-back of which not everything may have been heard. Later ones wait for it: while claims are made all the
    /// time there is one every other second, and the last is never old enough.
    private var unheard: (endedAt: MonotonicTime, through: DatabaseTime)?

    /// When the next take-back is worth its statement; nil when no batch is out.
    var next: DatabaseTime? { seconds.first }

    mutating func note(_ expiry: DatabaseTime) {
        if let last = seconds.last, expiry <= last { return }
        seconds.append(expiry + .seconds(1))
    }

    /// A take-back of what has expired starts; the database's clock shows at least `now`.
    mutating func begin(at now: DatabaseTime) {
        if roundStart == nil { roundStart = now }
    }

    /// It ended; `isComplete` when nothing expired was left behind.
    mutating func end(isComplete: Bool, at now: MonotonicTime) {
        guard isComplete, let start = roundStart else { return }
        roundStart = nil
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
