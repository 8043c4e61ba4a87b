internal import PostgresDriver
internal import SluiceDev

/// Looks at every part of a running cluster once a second, and writes down what it sees.
///
/// A part that does not answer leaves a gap in its sample; a run is not ended by what watches it.
struct Sampler {
    let http: LocalHTTP
    let gateway: GatewayMeter
    let place: RunPlace
    let record: RunRecord
    /// Told of each sample.
    let show: @Sendable (Sample, Sample?) -> Void

    /// Until the task is cancelled.
    func run(on connection: any PostgresExecutor, from start: ContinuousClock.Instant) async throws {
        var processes = ProcessMeter()
        var database = try await DatabaseMeter(connection: connection)
        var gateway = gateway
        var earlier: Sample?
        var second = 0
        while !Task.isCancelled {
            var sample = Sample(seconds: start.duration(to: .now) / .seconds(1))
            // No answer is a gap, and a gap is what a reader of the result should see.
            let asked = ContinuousClock.now
            sample.gateway = try? await gateway.read()
            sample.gatewayWait = asked.duration(to: .now) / .seconds(1)
            sample.database = try? await database.read()
            sample.nodes = await nodes()
            sample.processes = processes.read(processIDs(except: database.backend))
            guard !Task.isCancelled else { return }
            record.change { $0.samples.append(sample) }
            show(sample, earlier)
            earlier = sample
            second += 1
            try await Task.sleep(until: start + .seconds(second), clock: .continuous)
        }
    }

    private func nodes() async -> Sample.Nodes? {
        var found: Sample.Nodes?
        for url in place.nodeURLs.values {
            // A node that was killed answers nothing until it is back.
            guard let values = try? await http.metrics(url) else { continue }
            var sum = found ?? Sample.Nodes()
            sum.queuedClaims += values["sluice_shard_queued_claims"] ?? 0
            sum.openRequests += values["sluice_shard_open_requests"] ?? 0
            sum.lanesDue += values["sluice_coordinator_lanes_due"] ?? 0
            sum.devicesGranted += values["sluice_coordinator_devices_granted"] ?? 0
            found = sum
        }
        return found
    }

    private func processIDs(except own: Int32?) -> [String: [Int32]] {
        // Of another machine nothing can be told.
        guard let dataPath = place.dataPath else { return [:] }
        var found: [String: [Int32]] = [:]
        for name in ["postgres", "nats", "gateway"] + place.nodeURLs.keys {
            // A folder that cannot be read any more holds no processes that we could ask about.
            guard let pid = try? DevCluster.processID(of: name, dataPath: dataPath) else { continue }
            found[name] = name == "postgres" ? ProcessMeter.family(of: pid).filter { $0 != own } : [pid]
        }
        return found
    }
}
