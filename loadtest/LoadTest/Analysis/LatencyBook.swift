internal import Histogram

/// Latencies of a run, each from the instant at which the message was meant to go.
struct LatencyBook {
    /// Microseconds, to an hour, with three digits.
    typealias Recorder = Histogram<UInt64>

    /// What a latency is of.
    struct Series: Hashable {
        var workClass: WorkClass
        var stage: Stage
    }

    enum Stage: String {
        /// The request was read at the gateway.
        case arrival
        case accepted
    }

    private let release: Int64
    private let triggerNanoseconds: Double
    private let commits: [RunRecord.TriggerCommit]
    private(set) var all: [Series: Recorder] = [:]
    /// Of arrivals, by the second of the intended instant, with two digits.
    private(set) var bySecond: [WorkClass: [Int: Recorder]] = [:]
    private(set) var afterCommit = Self.recorder()
    private(set) var capFree = Self.recorder()

    init(_ scenario: Scenario, release: Int64, commits: [RunRecord.TriggerCommit]) {
        self.release = release
        self.commits = commits
        triggerNanoseconds = scenario.triggers.rate > 0 ? 1e9 / scenario.triggers.rate : 0
    }

    static func recorder(_ digits: SignificantDigits = .three) -> Recorder {
        Recorder(highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: digits)
    }

    mutating func noteArrival(_ work: (workClass: WorkClass, index: Int), at nanoseconds: Int64) {
        let intended = intended(work)
        note(
            nanoseconds - intended,
            in: &all[.init(workClass: work.workClass, stage: .arrival), default: Self.recorder()])
        let second = Int(max(0, nanoseconds - release) / 1_000_000_000)
        note(
            nanoseconds - intended,
            in: &bySecond[work.workClass, default: [:]][second, default: Self.recorder(.two)])
        if work.workClass == .trigger, let commit = commit(of: work.index) {
            note(nanoseconds - commit, in: &afterCommit)
        }
    }

    mutating func noteAcceptance(_ work: (workClass: WorkClass, index: Int), at nanoseconds: Int64) {
        note(
            nanoseconds - intended(work),
            in: &all[.init(workClass: work.workClass, stage: .accepted), default: Self.recorder()])
    }

    mutating func noteCapFree(_ nanoseconds: Int64) { note(nanoseconds, in: &capFree) }

    private func intended(_ work: (workClass: WorkClass, index: Int)) -> Int64 {
        work.workClass == .trigger ? release + Int64(Double(work.index) * triggerNanoseconds) : release
    }

    /// When the commit that carried trigger `index` returned: the first one that reached beyond it.
    private func commit(of index: Int) -> Int64? {
        var (low, high) = (0, commits.count)
        while low < high {
            let middle = (low + high) / 2
            if commits[middle].upTo <= index { low = middle + 1 } else { high = middle }
        }
        return low < commits.count ? commits[low].nanoseconds : nil
    }

    /// What is longer than an hour counts as an hour.
    private func note(_ nanoseconds: Int64, in recorder: inout Recorder) {
        recorder.record(UInt64(min(max(0, nanoseconds) / 1_000, 3_600_000_000)))
    }
}
