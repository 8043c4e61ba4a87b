internal import DequeModule

/// When the batches handed out expire, rounded up to a second so that it stays as small as the claims' life is long.
struct BatchExpiries {
    private var seconds = Deque<DatabaseTime>()
    /// Every batch that expired before this has been taken back.
    private(set) var takenBackThrough: DatabaseTime?
    private var roundStart: DatabaseTime?

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
    mutating func end(isComplete: Bool) {
        guard isComplete, let start = roundStart else { return }
        roundStart = nil
        takenBackThrough = start
        while let first = seconds.first, first < start { seconds.removeFirst() }
    }
}
