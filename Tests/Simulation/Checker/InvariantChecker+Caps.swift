internal import SluiceCore

/// Windows, concurrency, and progress: what is counted over time.
extension InvariantChecker {
    private var caps: [(key: String, caps: Caps)] {
        var all: [(key: String, caps: Caps)] = []
        for profile in store.profiles where !all.contains(where: { $0.key == profile.capKey }) {
            all.append((profile.capKey, profile.caps))
        }
        return all
    }

    /// I5 and I6: for every x, accepted in (x, x + W] ≤ cap. A window that is too full holds one that begins just
    /// before an acceptance.
    mutating func checkCaps() -> (full: Int, all: Int) {
        var full = 0
        for (key, caps) in caps {
            let accepted = log.filter { $0.capKey == key }.compactMap(\.accepted).sorted()
            var isFull = false
            for (number, window) in caps.windows.enumerated() {
                let length = window.length.nanoseconds
                var last = 0
                for first in accepted.indices {
                    // (x, x + W] with x just before the first: what is less than W after it.
                    while last < accepted.count, accepted[last] < accepted[first] + length { last += 1 }
                    let count = last - first
                    if count == window.limit { isFull = true }
                    if count > window.limit {
                        violated(
                            number == 0 ? "I5 hourly cap" : "I6 daily cap",
                            "\(key): \(count) of \(window.limit) from \(accepted[first]): \(accepted[first..<last])")
                        break
                    }
                }
            }
            if isFull { full += 1 }
        }
        return (full, caps.count)
    }

    /// I7: requests open at the gateway.
    mutating func checkConcurrency() {
        for (key, caps) in caps {
            let entries = log.filter { $0.capKey == key }
            // What ends at an instant ends before what begins at it.
            var changes = entries.map { (time: $0.arrived, by: 1) } + entries.map { (time: $0.ended, by: -1) }
            changes.sort { ($0.time, $0.by) < ($1.time, $1.by) }
            var open = 0
            for change in changes {
                open += change.by
                guard open > caps.concurrency else { continue }
                let beside = entries.filter { $0.arrived <= change.time && $0.ended > change.time }
                violated("I7 concurrency", "\(key): \(open) of \(caps.concurrency) at \(change.time): \(beside)")
                break
            }
        }
    }

    /// I16: the first request of a cap key after the heal comes within 20 s of when there was work and room for it.
    mutating func checkProgress() {
        for (key, caps) in caps {
            let first = log.filter { $0.capKey == key && $0.arrived > healedAt }.min { $0.arrived < $1.arrived }
            guard let first, let row = row(of: first) else { continue }
            let due = instant(of: row.due)
            let room = roomAfterHeal(key, caps)
            let latest = max(healedAt, due, room) + Duration.seconds(20).nanoseconds
            if first.arrived > latest {
                violated(
                    "I16 progress",
                    "\(key) sent \((first.arrived - latest) / 1_000_000) ms late; healed \(healedAt), due \(due), "
                        + "room \(room), first \(first)")
            }
        }
    }

    /// When the last of what happened before the heal leaves room: a bound, not the instant.
    private func roomAfterHeal(_ key: String, _ caps: Caps) -> Int64 {
        var room = healedAt
        let rows = store.ledger.filter { $0.capKey == key && instant(of: $0.reservedAt) <= healedAt }
        // An attempt that ended as unknown holds its place until its deadline.
        let open = rows.filter { $0.wasUnknown }.map { instant(of: $0.deadline) }.sorted()
        if open.count >= caps.concurrency { room = max(room, open[open.count - caps.concurrency]) }
        for window in caps.windows {
            let charged = rows.filter { $0.isCharged && $0.state != .aborted }
                .map { instant(of: $0.wasUnknown ? $0.deadline : $0.settledAt ?? $0.deadline) }
                .sorted()
            guard charged.count >= window.limit else { continue }
            let length = (window.length + window.margin).nanoseconds
            room = max(room, charged[charged.count - window.limit] + length)
        }
        return room
    }
}
