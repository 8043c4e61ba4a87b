/// Names of prepared statements by text and parameter types, at most `limit`, as a value.
struct StatementCache {
    struct Key: Hashable {
        let sql: String
        let types: [UInt32]
    }

    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private var entries: [Key: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    let limit: Int

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { entries.count }

    /// The statement's name if it is prepared; counts as a use.
    mutating func name(for key: Key) -> String? {
        uses += 1
        guard let index = entries.index(forKey: key) else { return nil }
        entries.values[index].lastUse = uses
        return entries.values[index].name
    }

    /// A name that this connection has never used.
    mutating func newName() -> String {
        names += 1
        return "p\(names)"
    }

    /// If the cache is full, forgets the least recently used statement and returns its name, to be deallocated.
    mutating func evictIfFull() -> String? {
        guard entries.count >= limit else { return nil }
        // Linear, but only when a new statement meets a full cache, which costs round trips anyway.
        guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }

    mutating func insert(_ name: String, for key: Key) {
        uses += 1
        entries[key] = Entry(name: name, lastUse: uses)
    }

    mutating func remove(_ key: Key) -> String? {
        entries.removeValue(forKey: key)?.name
    }

    /// After `DISCARD ALL` and its like: the server has forgotten every statement.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
    }
}
