internal import Foundation
internal import Histogram
internal import RequestLog

/// Computes the figures of a run. What was not measured is not there.
struct Figures {
    private(set) var values: [String: Double] = [:]
    /// Says that the simulator, and not Sluice, set the pace; nil when it did not.
    private(set) var farEndLimit: String?

    private let scenario: Scenario
    private let samples: [Sample]
    private let nodes: Int

    init(
        scenario: Scenario, state: RunRecord.State, analysis: LogAnalysis, verdict: Verdict, lost: Int, end: Int64
    ) {
        self.scenario = scenario
        nodes = state.nodes ?? scenario.nodes
        samples = state.samples.filter { $0.seconds >= scenario.measureAfter }
        addThroughput(analysis, state)
        addLatencies(analysis.latencies)
        addCaps(analysis.devices)
        addDatabase()
        addProcesses()
        addIncidents(analysis, state)
        values["duplicate"] = Double(verdict.duplicateCount + verdict.overlapCount)
        values["over_cap"] = Double(verdict.overCapCount + verdict.overOpenCount)
        if state.facts != nil { values["lost"] = Double(lost) }
    }

    private mutating func addThroughput(_ analysis: LogAnalysis, _ state: RunRecord.State) {
        values["messages"] = Double(analysis.accepted)
        if let first = analysis.firstAccepted, let release = state.release, scenario.measureAfter == 0 {
            values["first_message_s"] = Double(first - release) / 1e9
        }
        if let first = analysis.firstAccepted, let last = analysis.lastAccepted, last > first {
            // The first one begins the time and is not of it.
            values["messages_per_second"] = Double(analysis.accepted - 1) / (Double(last - first) / 1e9)
        }
        if let fanOut = state.fanOut {
            values["fan_out_per_second"] = fanOut.entered
            values["fan_out_floor"] = fanOut.plain
            values["fan_out_ratio"] = fanOut.entered / fanOut.plain
        }
        guard let floors = state.floors else { return }
        values["http_floor"] = floors.http
        values["sql_floor"] = floors.sql
        values["composed_floor"] = floors.composed
        values["fastest_peer"] = state.peers.compactMap(\.jobsPerSecond).max()
        guard let rate = values["messages_per_second"] else { return }
        values["ratio_to_floor"] = rate / floors.composed
        // Slower than the bare client, or there is no time left that could be anything else's.
        guard rate < floors.http else { return }
        let withoutHTTP = 1 / (1 / rate - 1 / floors.http)
        values["messages_per_second_without_http"] = withoutHTTP
        values["ratio_to_fastest_peer"] = values["fastest_peer"].map { withoutHTTP / $0 }
    }

    private mutating func addLatencies(_ book: LatencyBook) {
        for (series, recorder) in book.all where series.workClass == .trigger || series.workClass == .campaign {
            for (name, percentile) in [("p50", 50.0), ("p99", 99.0)] {
                values["\(series.workClass.rawValue)_\(series.stage.rawValue)_\(name)_ms"] =
                    recorder.milliseconds(percentile)
            }
        }
        if book.afterCommit.totalCount > 0 { values["trigger_commit_p99_ms"] = book.afterCommit.milliseconds(99) }
        if book.capFree.totalCount > 0 {
            values["cap_free_p50_ms"] = book.capFree.milliseconds(50)
            values["cap_free_p99_ms"] = book.capFree.milliseconds(99)
        }
    }

    private mutating func addCaps(_ devices: DeviceBook) {
        guard scenario.regime == .fidelity else { return }
        values["fullest_hour"] = devices.names.map { devices.fullestHour($0) }.max()
        let share = scenario.backlog.contacts / max(1, scenario.backlogDevices)
        guard share > scenario.caps.hourly else { return }
        // A device that sent nothing used nothing of its cap.
        let uses = devices.namesWithBacklog.map { devices.fullestHour($0) }
        values["cap_use"] = uses.reduce(0, +) / Double(scenario.backlogDevices)
    }

    private mutating func addDatabase() {
        let seen = samples.compactMap { sample in sample.database.map { (sample.seconds, $0) } }
        guard let (start, first) = seen.first, let (end, last) = seen.last, end > start else { return }
        let transactions = Double(last.transactions - first.transactions)
        let perSecond = transactions / (end - start)
        values["transactions_per_second"] = perSecond
        values["dead_tuples"] = seen.map { Double($0.1.deadContacts + $0.1.deadLedger) }.max()
        values["table_bytes"] = Double(last.contactBytes + last.ledgerBytes)
        guard let messages = messages(from: start, to: end) else { return }
        guard messages > 0 else {
            values["idle_transactions_over"] = perSecond - (1.2 * Double(nodes) + 2)
            return
        }
        values["transactions_per_message"] = transactions / messages
        values["rows_per_message"] = Double(last.rows - first.rows) / messages
        values["wal_bytes_per_message"] = Double(last.walBytes - first.walBytes) / messages
    }

    /// Accepted between two samples, so that what is divided by it is of the same time.
    private func messages(from start: Double, to end: Double) -> Double? {
        let seen = samples.filter { $0.seconds >= start && $0.seconds <= end }.compactMap { $0.gateway?.accepted }
        guard let first = seen.first, let last = seen.last else { return nil }
        return Double(last - first)
    }

    private mutating func addProcesses() {
        // The first sample has nothing to be the difference to.
        let seen = samples.dropFirst()
        guard let first = seen.first, let last = seen.last, seen.contains(where: { !$0.processes.isEmpty }) else {
            return
        }
        let messages = messages(from: first.seconds, to: last.seconds) ?? 0
        let perMessage =
            messages > 0 && last.seconds > first.seconds ? (last.seconds - first.seconds) * 1_000 / messages : nil
        let mean = cores(in: seen) { $0 != "gateway" }
        values["cluster_cores"] = mean
        values["cpu_ms_per_message"] = perMessage.map { mean * $0 }
        for part in FigureName.partsOfCluster {
            let mean = cores(in: seen) { $0.hasPrefix(part.prefix) }
            values["\(part.name)_cores"] = mean
            values["\(part.name)_ms_per_message"] = perMessage.map { mean * $0 }
        }
        let gateway = seen.compactMap { $0.processes["gateway"]?.busiestThread }.sorted()
        if !gateway.isEmpty {
            let median = gateway[gateway.count / 2]
            values["gateway_cores"] = median
            if median > 0.9 {
                farEndLimit =
                    "the far end was the limit: the simulator's only thread used \(Int(median * 100)) % of a core"
            }
        }
        // By the time, not the samples: one that was waited for is followed by some in a hurry.
        let silent = seen.compactMap(\.gatewayWait).reduce(0, +)
        let watched = last.seconds + (last.gatewayWait ?? 0) - first.seconds
        if silent >= 1, silent * 10 > watched {
            farEndLimit =
                "the far end was the limit: the simulator did not answer for \(Int(silent)) of \(Int(watched)) s"
        }
        addShardMemory()
    }

    /// The mean over the samples of what these processes use together.
    private func cores(in samples: ArraySlice<Sample>, of isMeant: (String) -> Bool) -> Double {
        let sums = samples.map { sample in
            sample.processes.filter { isMeant($0.key) }.values.reduce(0) { $0 + $1.cores }
        }
        return sums.reduce(0, +) / Double(sums.count)
    }

    private mutating func addShardMemory() {
        let most = samples.flatMap { $0.processes.filter { $0.key.hasPrefix("shard-") }.values.map(\.memory) }.max()
        guard let most else { return }
        values["shard_memory_mb"] = Double(most) / 1e6
        guard scenario.regime == .fidelity else { return }
        // Who is left has all the devices once a shard is gone for good; until then each has its part.
        let left = scenario.cluster.shards - (scenario.incidents.kill?.hasPrefix("shard-") == true ? 1 : 0)
        let perShard = Double(scenario.cluster.devices) / Double(max(1, left))
        values["shard_memory_of_budget"] = Double(most) / (60e6 + perShard * (4_096 + 8 * Double(scenario.caps.daily)))
    }

    private mutating func addIncidents(_ analysis: LogAnalysis, _ state: RunRecord.State) {
        // Devices that had work in this run: of another nobody could tell that it is back.
        let lost = state.loss?.devices.intersection(analysis.devices.names) ?? []
        let last = analysis.recovered.values.max()
        if let loss = state.loss, let last, analysis.recovered.count == lost.count {
            values["takeover_s"] = Double(last - loss.leaseEnds) / 1e9
        }
        guard let held = state.snapshotHeld, let release = state.release else { return }
        let perSecond = analysis.acceptedPerSecond
        let from = min(perSecond.count, max(1, Int((held.lowerBound - release) / 1_000_000_000)))
        let to = min(perSecond.count, Int((held.upperBound - release) / 1_000_000_000))
        guard from > 1, to > from else { return }
        // The first second fills the pipe.
        let before = Double(perSecond[1..<from].reduce(0, +)) / Double(from - 1)
        let during = Double(perSecond[from..<to].reduce(0, +)) / Double(to - from)
        if before > 0 { values["held_rate"] = during / before }
    }
}

extension Histogram {
    func milliseconds(_ percentile: Double) -> Double { Double(valueAtPercentile(percentile)) / 1_000 }
}
