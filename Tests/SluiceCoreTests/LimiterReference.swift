import SluiceCore

/// The limiter's rule, written as naively as it can be said: keeps every attempt for ever and counts them all for each
/// question.
struct LimiterReference {
    enum End: Equatable {
        case open
        case finished(Int64)
        case unknown(deadline: Int64)
    }

    struct Attempt {
        var start: Int64
        var end: End
    }

    var caps: Caps
    var attempts: [Attempt] = []
    /// Windows that reach back before it count as full.
    var knownFrom: Int64?

    func admits(at now: Int64) -> Bool {
        let held = attempts.count { isHeld($0, at: now) }
        guard held < caps.concurrency else { return false }
        return caps.windows.allSatisfy { window in
            let length = (window.length + window.margin).wholeNanoseconds
            if let knownFrom, now - length < knownFrom { return false }
            let finished = attempts.count { attempt in
                guard !isHeld(attempt, at: now), let time = chargedAt(attempt) else { return false }
                return time > now - length
            }
            return held + finished < window.limit
        }
    }

    private func isHeld(_ attempt: Attempt, at now: Int64) -> Bool {
        switch attempt.end {
        case .open: true
        case .finished: false
        case .unknown(let deadline): deadline > now
        }
    }

    private func chargedAt(_ attempt: Attempt) -> Int64? {
        switch attempt.end {
        case .open: nil
        case .finished(let time): time
        case .unknown(let deadline): deadline
        }
    }
}

/// What a gateway saw: when it accepted, and during which time it may have been busy with a request.
struct GatewayLog {
    var accepted: [Int64] = []
    var busy: [(from: Int64, until: Int64)] = []

    /// The most acceptances in any window (x, x + length].
    func fullest(length: Int64) -> Int {
        let times = accepted.sorted()
        var most = 0
        var first = 0
        for (index, time) in times.enumerated() {
            while times[first] <= time - length { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    /// The most requests open at one instant; one that ends when another starts does not overlap it.
    var mostBusy: Int {
        let edges = busy.flatMap { [($0.from, 1), ($0.until, -1)] }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        var open = 0
        var most = 0
        for edge in edges {
            open += edge.1
            most = max(most, open)
        }
        return most
    }
}
