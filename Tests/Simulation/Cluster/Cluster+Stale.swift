internal import SluiceCore

/// I19: a stale, repeated or expired batch changes nothing but a counter. Every eighth that is one is given to the
/// machine beside a copy that hears nothing but the time, and the two have to do the same.
extension Cluster {
    private static let one = 8
    /// A batch this far back in what a life heard last is known to it for certain.
    private static let remembered = 8

    /// Whether a batch says nothing to this life, for certain.
    private func isStale(_ batch: DispatchBatch, for life: Int) -> Bool {
        // A shard knows the database's clock from its last renewal: of a step since then it cannot know.
        let isExpired = batch.expiresAt < databaseNow - .seconds(1) && !hasSteps
        return batch.owner != shardLives[life].incarnation || isExpired
            || shardLives[life].batchesHeard.suffix(Self.remembered).contains(batch.id)
    }

    /// Nil: this one is not compared.
    mutating func quietTwin(_ event: ShardEvent, of life: Int) -> ShardMachine? {
        guard case .batch(let batch) = event else { return nil }
        let isStale = isStale(batch, for: life)
        if batch.owner == shardLives[life].incarnation { shardLives[life].batchesHeard.append(batch.id) }
        guard isStale else { return nil }
        staleBatches += 1
        return staleBatches % Self.one == 0 ? shardLives[life].machine : nil
    }

    mutating func compare(_ twin: ShardMachine, _ actions: [ShardAction], of life: Int, at reading: MonotonicTime) {
        var twin = twin
        let expected = twin.handle(.tick, at: reading)
        let machine = shardLives[life].machine
        if expected != actions || twin.load != machine.load
            || twin.nextWake(after: reading) != machine.nextWake(after: reading)
        {
            journal.violated("I19 stale messages", "a stale batch led to \(actions), not to \(expected)")
        }
    }
}
