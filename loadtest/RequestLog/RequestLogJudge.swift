/// Judges a request log by the invariants that only the gateway can witness.
///
/// * At most once (I2): per key at most one request that was not definitely refused, and attempts never overlap.
/// * Caps (I5, I6): per cap key and window length W, at most the cap accepted in any (x, x + W], by the moment of
///   acceptance.
/// * Concurrency (I7): per cap key at most the limit open at any instant, from the request line to the response line;
///   an unfinished request stays open to the end of the log.
///
/// Feed entries in file order, then ask for the verdict. Memory is about 150 bytes per request plus each key once.
public struct RequestLogJudge: Sendable {
    private struct Request: Sendable {
        var capKey: Int32
        /// −1 without a key.
        var key: Int32
        var nanoseconds: Int64
        var line: Int
        var end: End?
        var deduplicates: Bool
    }

    private struct End: Sendable {
        var nanoseconds: Int64
        var line: Int
        var verdict: GatewayVerdict
        var definiteRefusal: Bool
        var accepted: Int64?
    }

    private let plan: CapPlan
    private let deduplicatingDialects: Set<String>
    private var requests: [UInt64: Request] = [:]
    private var capKeys = Interned()
    private var keys = Interned()
    private var capKeyOfDevice: [String: Int32] = [:]
    private var line = 0
    private var malformed = 0
    private var tornBytes = 0

    /// - Parameter deduplicatingDialects: dialects whose gateway proved that it sends a repeated key once; for them a
    ///   key is a duplicate only when it was accepted more than once. Strict for all dialects by default.
    public init(plan: CapPlan, deduplicatingDialects: Set<String> = []) {
        self.plan = plan
        self.deduplicatingDialects = deduplicatingDialects
    }

    /// Judges a whole file. Blocks on file reads.
    public static func judge(
        path: String, plan: CapPlan, deduplicatingDialects: Set<String> = []
    ) throws -> Verdict {
        var judge = RequestLogJudge(plan: plan, deduplicatingDialects: deduplicatingDialects)
        let pass = try RequestLogReader(path: path).read { judge.add($0) }
        judge.add(pass)
        return judge.verdict()
    }

    public mutating func add(_ entry: RequestLogEntry) {
        line += 1
        switch entry {
        case .request(let request): add(request)
        case .response(let outcome): add(outcome)
        }
    }

    /// Takes over what a pass met besides entries.
    public mutating func add(_ pass: RequestLogPass) {
        malformed += pass.malformedLines
        tornBytes += pass.tornBytes
    }

    private mutating func add(_ request: ReceivedRequest) {
        guard requests[request.sequence] == nil else {
            malformed += 1
            return
        }
        requests[request.sequence] = Request(
            capKey: capKey(of: request.device ?? ""), key: request.key.map { keys.number(of: $0) } ?? -1,
            nanoseconds: request.nanoseconds, line: line, end: nil,
            deduplicates: deduplicatingDialects.contains(request.dialect))
    }

    private mutating func add(_ outcome: RequestOutcome) {
        guard let request = requests[outcome.sequence], request.end == nil else {
            malformed += 1
            return
        }
        requests[outcome.sequence]?.end = End(
            nanoseconds: outcome.nanoseconds, line: line, verdict: outcome.verdict,
            definiteRefusal: outcome.isDefiniteRefusal, accepted: outcome.acceptedNanoseconds)
    }

    private mutating func capKey(of device: String) -> Int32 {
        if let known = capKeyOfDevice[device] { return known }
        let number = capKeys.number(of: plan.capKey(of: device))
        capKeyOfDevice[device] = number
        return number
    }

    public func verdict() -> Verdict {
        var verdict = Verdict()
        verdict.malformed = malformed
        verdict.tornBytes = tornBytes
        countOutcomes(&verdict)
        judgeKeys(&verdict)
        judgeWindows(&verdict)
        judgeOpen(&verdict)
        return verdict
    }
}

// MARK: The parts of the verdict

extension RequestLogJudge {
    private func countOutcomes(_ verdict: inout Verdict) {
        verdict.sends = requests.count
        for request in requests.values {
            if request.key < 0 { verdict.withoutKey += 1 }
            switch request.end?.verdict {
            case .accepted: verdict.accepted += 1
            case .refused: verdict.refused += 1
            case .dropped: verdict.dropped += 1
            case .duplicate: verdict.deduplicated += 1
            case nil: verdict.unfinished += 1
            }
        }
    }

    private func judgeKeys(_ verdict: inout Verdict) {
        // Most keys have one request and need no list of their own.
        var counts = [Int32](repeating: 0, count: keys.texts.count)
        for request in requests.values where request.key >= 0 { counts[Int(request.key)] += 1 }
        var repeated: [Int32: [(sequence: UInt64, request: Request)]] = [:]
        for (sequence, request) in requests where request.key >= 0 && counts[Int(request.key)] > 1 {
            repeated[request.key, default: []].append((sequence, request))
        }
        for key in repeated.keys.sorted() {
            let attempts = repeated[key]!.sorted {
                ($0.request.nanoseconds, $0.request.line) < ($1.request.nanoseconds, $1.request.line)
            }
            judge(key: keys.texts[Int(key)], attempts, &verdict)
        }
    }

    private func judge(
        key: String, _ attempts: [(sequence: UInt64, request: Request)], _ verdict: inout Verdict
    ) {
        let violation = Verdict.KeyViolation(
            key: key, notRefused: attempts.count { $0.request.end?.definiteRefusal != true },
            accepted: attempts.count { $0.request.end?.verdict == .accepted }, sequences: attempts.map(\.sequence))
        let deduplicates = attempts.allSatisfy(\.request.deduplicates)
        if violation.accepted > 1 || (violation.notRefused > 1 && !deduplicates) {
            verdict.duplicateCount += 1
            if verdict.duplicates.count < Verdict.longestList { verdict.duplicates.append(violation) }
        }
        // The latest end so far, not the previous attempt's: a long first attempt may outlast a short second one.
        var latestEnd = Int64.min
        var overlapping = false
        for attempt in attempts {
            if attempt.request.nanoseconds < latestEnd { overlapping = true }
            latestEnd = max(latestEnd, attempt.request.end?.nanoseconds ?? .max)
        }
        if overlapping {
            verdict.overlapCount += 1
            if verdict.overlaps.count < Verdict.longestList { verdict.overlaps.append(violation) }
        }
    }

    private func judgeWindows(_ verdict: inout Verdict) {
        var accepted = [[Int64]](repeating: [], count: capKeys.texts.count)
        for request in requests.values {
            if let instant = request.end?.accepted, request.end?.verdict == .accepted {
                accepted[Int(request.capKey)].append(instant)
            }
        }
        var fullest: [Int64: Verdict.WindowUse] = [:]
        for (index, capKey) in capKeys.texts.enumerated() {
            accepted[index].sort()
            for window in plan.rules(for: capKey).windows {
                guard let found = WindowCount.fullest(accepted[index], length: window.nanoseconds) else { continue }
                let use = Verdict.WindowUse(
                    capKey: capKey, window: window, count: found.count, endNanoseconds: found.end)
                if use.isOver {
                    verdict.overCapCount += 1
                    if verdict.overCap.count < Verdict.longestList { verdict.overCap.append(use) }
                }
                if use.count == window.cap { verdict.filledWindows += 1 }
                if use.isFuller(than: fullest[window.nanoseconds]) { fullest[window.nanoseconds] = use }
            }
        }
        verdict.fullestWindow = fullest.values.sorted { $0.window.nanoseconds < $1.window.nanoseconds }
    }

    private func judgeOpen(_ verdict: inout Verdict) {
        var changes = [[OpenCount.Change]](repeating: [], count: capKeys.texts.count)
        for request in requests.values {
            let opened = OpenCount.Change(nanoseconds: request.nanoseconds, line: request.line, opens: true)
            changes[Int(request.capKey)].append(opened)
            guard let end = request.end else { continue }
            let closed = OpenCount.Change(nanoseconds: end.nanoseconds, line: end.line, opens: false)
            changes[Int(request.capKey)].append(closed)
        }
        for (index, capKey) in capKeys.texts.enumerated() {
            guard let found = OpenCount.highest(changes[index]) else { continue }
            let use = Verdict.OpenUse(
                capKey: capKey, count: found.count, cap: plan.rules(for: capKey).concurrency,
                nanoseconds: found.nanoseconds)
            if use.isOver {
                verdict.overOpenCount += 1
                if verdict.overOpen.count < Verdict.longestList { verdict.overOpen.append(use) }
            }
            if use.count > verdict.maxOpen?.count ?? 0 { verdict.maxOpen = use }
        }
    }
}

extension Verdict.WindowUse {
    fileprivate func isFuller(than other: Self?) -> Bool {
        guard let other else { return true }
        return (count - window.cap, count) > (other.count - other.window.cap, other.count)
    }
}

/// Numbers texts in order of appearance, so that a million requests share one copy of each.
private struct Interned: Sendable {
    private(set) var texts: [String] = []
    private var numbers: [String: Int32] = [:]

    mutating func number(of text: String) -> Int32 {
        if let known = numbers[text] { return known }
        let number = Int32(texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }
}
