internal import DequeModule

/// One outcome on its way to the database.
struct SettleItem: Sendable {
    var settlement: Settlement
    /// When it is set aside if its contact still cannot be written.
    var setAsideAt: MonotonicTime
}

/// Outcomes that wait to be written. Its size is bounded by the attempts the machine lets exist.
struct SettleBuffer: Sendable {
    private var fresh = Deque<SettleItem>()
    /// Statements that failed, as they were or in halves.
    private var again = Deque<[SettleItem]>()
    /// Attempts whose contacts are locked by somebody else or refused, in the order of their instants.
    private var later = Deque<(at: MonotonicTime, items: [SettleItem])>()

    /// When the next of those is due.
    var nextLater: MonotonicTime? { later.first?.at }

    var isWaiting: Bool { !fresh.isEmpty || isRetrying }

    /// Whether the next statement is one that failed.
    var isRetrying: Bool { !again.isEmpty }

    mutating func append(_ item: SettleItem) { fresh.append(item) }

    mutating func append(contentsOf items: [SettleItem]) { fresh.append(contentsOf: items) }

    mutating func retry(_ items: [SettleItem]) {
        if !items.isEmpty { again.append(items) }
    }

    /// To be settled again at `instant`. There are few of them, and nearly all come in order: searched from the back.
    mutating func retry(_ items: [SettleItem], at instant: MonotonicTime) {
        guard !items.isEmpty else { return }
        let place = later.lastIndex { $0.at <= instant }.map { $0 + 1 } ?? 0
        later.insert((instant, items), at: place)
    }

    mutating func wakeLater(at now: MonotonicTime) {
        while let first = later.first, first.at <= now { again.append(later.removeFirst().items) }
    }

    /// Takes out what waits for its instant.
    mutating func removeLater() -> [SettleItem] {
        defer { later.removeAll() }
        return later.flatMap(\.items)
    }

    /// What the next statement writes: a failed one first.
    mutating func next(limit: Int) -> [SettleItem] {
        if let items = again.popFirst() { return items }
        let items = Array(fresh.prefix(limit))
        fresh.removeFirst(items.count)
        return items
    }
}
