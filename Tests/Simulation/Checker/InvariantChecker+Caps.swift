internal import SluiceCore

/// Windows and concurrency: what the gateway saw of each cap key.
extension InvariantChecker {
    var caps: [(key: String, caps: Caps)] {
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
            // As the gateway's log dates them.
            let accepted = log.filter { $0.capKey == key }.compactMap(\.accepted).sorted()
                .map { gatewayClock.reading(at: $0).nanoseconds }
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
}
