internal import DequeModule

/// The batches this node has taken or is reading back, so that one that comes twice is known.
struct KnownBatches: Sendable {
    private var ids: Set<BatchID> = []
    private var order = Deque<(id: BatchID, expiresAt: DatabaseTime)>()

    func contains(_ id: BatchID) -> Bool { ids.contains(id) }

    /// Remembers `id` until some time after it expired; at most `limit` of them, the oldest go first.
    mutating func remember(_ id: BatchID, until expiresAt: DatabaseTime, limit: Int) {
        guard ids.insert(id).inserted else { return }
        order.append((id, expiresAt))
        if order.count > limit { ids.remove(order.removeFirst().id) }
    }

    /// A read of it failed: it may be read again.
    mutating func forget(_ id: BatchID) {
        ids.remove(id)
        order.removeAll { $0.id == id }
    }

    /// Forgets what expired before `now`, in the order it came.
    mutating func prune(before now: DatabaseTime) {
        while let first = order.first, first.expiresAt < now { ids.remove(order.removeFirst().id) }
    }
}
