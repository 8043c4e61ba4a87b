internal import RequestLog

/// Everything the request log says of a run, in one pass over it.
///
/// Requests of others are passed by, and those of the floors (``floorDevice``): they are measured in the same log and are
/// nobody's messages.
struct LogAnalysis {
    /// What the devices of the floors' own requests begin with.
    static let floorDevice = "floor-"

    private struct OpenRequest {
        var work: (workClass: WorkClass, index: Int)?
        var device: String
        var key: String?
    }

    private let scenario: Scenario
    private let release: Int64
    private var judge: RequestLogJudge
    private var open: [UInt64: OpenRequest] = [:]
    private let devicePrefix: String
    private var passedBy: Set<UInt64> = []
    private(set) var missing: Set<String>
    private(set) var latencies: LatencyBook
    private(set) var devices: DeviceBook
    private(set) var acceptedPerSecond: [Int] = []
    /// Of the measured time: `measureAfter` seconds from the release on.
    private(set) var accepted = 0
    private(set) var firstAccepted: Int64?
    private(set) var lastAccepted: Int64?
    /// Of each lost device, its first request after the kill.
    private(set) var recovered: [String: Int64] = [:]
    private let loss: RunRecord.NodeLoss?

    /// - Parameter devicePrefix: what the names of the run's devices begin with.
    init(_ scenario: Scenario, _ state: RunRecord.State, release: Int64, devicePrefix: String = "") {
        self.scenario = scenario
        self.devicePrefix = devicePrefix
        self.release = release
        var plan = state.facts?.plan ?? CapPlan()
        // The tables' caps, and the run's lengths of an hour and a day.
        for (key, rules) in plan.byCapKey {
            plan.byCapKey[key] = CapRules(windows: scenario.capRules.windows, concurrency: rules.concurrency)
        }
        plan.standard = scenario.capRules
        judge = RequestLogJudge(plan: plan)
        missing = state.facts?.expected ?? []
        latencies = LatencyBook(scenario, release: release, commits: state.commits)
        devices = DeviceBook(scenario.caps, hasGap: scenario.cluster.hasGap, release: release)
        loss = state.loss
    }

    private var measuredFrom: Int64 { release + Int64(scenario.measureAfter * 1e9) }

    /// - Parameter progress: is told now and then how many lines have been read.
    mutating func read(_ path: String, progress: (Int) -> Void = { _ in }) throws -> Verdict {
        var lines = 0
        let pass = try RequestLogReader(path: path).read { entry in
            add(entry)
            lines += 1
            if lines.isMultiple(of: 50_000) { progress(lines) }
        }
        judge.add(pass)
        return judge.verdict()
    }

    mutating func add(_ entry: RequestLogEntry) {
        switch entry {
        case .request(let request):
            let device = request.device ?? ""
            guard device.hasPrefix(devicePrefix), !device.hasPrefix(Self.floorDevice) else {
                passedBy.insert(request.sequence)
                return
            }
            judge.add(entry)
            note(request)
        case .response(let outcome):
            if passedBy.remove(outcome.sequence) != nil { return }
            judge.add(entry)
            note(outcome)
        }
    }

    private mutating func note(_ request: ReceivedRequest) {
        let device = request.device ?? ""
        let work = request.recipient.flatMap(WorkClass.of)
        open[request.sequence] = OpenRequest(work: work, device: device, key: request.key)
        if let loss, request.nanoseconds > loss.killed, loss.devices.contains(device), recovered[device] == nil {
            recovered[device] = request.nanoseconds
        }
        let isBacklog = work.map { $0.workClass == .campaign || $0.workClass == .hot } ?? false
        let wait = devices.opened(device, at: request.nanoseconds, isDueSinceRelease: isBacklog)
        guard request.nanoseconds >= measuredFrom else { return }
        if let wait { latencies.noteCapFree(wait) }
        if let work { latencies.noteArrival(work, at: request.nanoseconds) }
    }

    private mutating func note(_ outcome: RequestOutcome) {
        guard let request = open.removeValue(forKey: outcome.sequence) else { return }
        let isAccepted = outcome.verdict == .accepted
        devices.closed(request.device, at: outcome.nanoseconds, accepted: outcome.acceptedNanoseconds)
        guard isAccepted, let at = outcome.acceptedNanoseconds else { return }
        if let key = request.key { missing.remove(key) }
        let second = Int(max(0, at - release) / 1_000_000_000)
        if second < 100_000 {
            if second >= acceptedPerSecond.count {
                acceptedPerSecond += Array(repeating: 0, count: second + 1 - acceptedPerSecond.count)
            }
            acceptedPerSecond[second] += 1
        }
        guard at >= measuredFrom else { return }
        accepted += 1
        firstAccepted = min(firstAccepted ?? at, at)
        lastAccepted = max(lastAccepted ?? at, at)
        if let work = request.work { latencies.noteAcceptance(work, at: at) }
    }
}
