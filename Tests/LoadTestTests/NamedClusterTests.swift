import Foundation
import RequestLog
import Testing

@testable import LoadTest

/// What is said of a cluster that a run did not start, and what such a run sees of it.
@Suite struct NamedClusterTests {
    private static func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "sluice-named-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private static func lines(log: String) -> [String] {
        ["DATABASE_URL=postgresql://db/x", "GATEWAY_URL=http://127.0.0.1:1/", "GATEWAY_REQUEST_LOG=\(log)"]
    }

    @Test func aClusterIsDescribedByFilesAndLines() throws {
        let folder = try Self.folder()
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let (file, log) = (folder + "/env", folder + "/requests.jsonl")
        try Data().write(to: URL(filePath: log))
        let text = Self.lines(log: log).map { "export " + $0 }.joined(separator: "\n") + "\nSLUICE_HOUR_SECONDS='20'\n"
        try Data(text.utf8).write(to: URL(filePath: file))
        let cluster = try NamedCluster(
            [file, "GATEWAY_URL=http://sim", "NODE_URLS=http://a/, http://b"], isShared: false)
        #expect(cluster.databaseURL == "postgresql://db/x" && cluster.gatewayURL == "http://sim")
        #expect(cluster.nodeURLs == ["http://a", "http://b"] && cluster.hour == 20 && cluster.day == 86_400)

        for (given, words) in [
            ([log], "is not a line of the form KEY=value"),
            (["nowhere"], "--cluster nowhere is neither a file nor NAME=VALUE"),
            (["DATABASE_URL=postgresql://db/x"], "--cluster does not say GATEWAY_URL"),
            (Self.lines(log: folder + "/none"), "cannot be read, and a run is judged by it"),
            (Self.lines(log: log) + ["SLUICE_DAY_SECONDS=x"], "SLUICE_DAY_SECONDS is a number of seconds"),
        ] {
            if given == [log] { try Data("not a setting\n".utf8).write(to: URL(filePath: log)) }
            let error = #expect(throws: (any Error).self) { try NamedCluster(given, isShared: false) }
            #expect(error.map { "\($0)" }?.contains(words) == true, "\(String(describing: error))")
        }
    }

    @Test func whatNeedsAClusterOfItsOwnIsRefused() throws {
        let folder = try Self.folder()
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let log = folder + "/requests.jsonl"
        try Data().write(to: URL(filePath: log))
        let cluster = try NamedCluster(Self.lines(log: log), isShared: false)
        var scenario = Scenario()
        #expect(cluster.objections(to: scenario).isEmpty)
        scenario.caps.hour = 20
        scenario.incidents.kill = "shard-1"
        scenario.fanOut = 5
        scenario.peers = ["pgqueuer"]
        scenario.series = .init(key: "cluster.shards", values: ["1", "2"])
        let objections = cluster.objections(to: scenario)
        #expect(objections.count == 5 && objections[0].hasPrefix("caps.hour is 20 s and the cluster's 3600 s"))
    }

    private static func exchange(_ sequence: UInt64, device: String, _ verdict: GatewayVerdict) -> [RequestLogEntry] {
        [
            .request(
                ReceivedRequest(
                    sequence: sequence, nanoseconds: Int64(sequence), device: device, recipient: "1", key: nil)),
            .response(
                RequestOutcome(
                    sequence: sequence, nanoseconds: Int64(sequence), verdict: verdict,
                    acceptedNanoseconds: verdict == .accepted ? Int64(sequence) : nil)),
        ]
    }

    @Test func othersMessagesAreNotJudged() {
        var analysis = LogAnalysis(Scenario(), RunRecord.State(), release: 0, devicePrefix: "loadtest-1-")
        for entry in Self.exchange(1, device: "loadtest-1-0000001", .accepted)
            + Self.exchange(2, device: "loadtest-0-0000001", .accepted) + Self.exchange(3, device: "mine", .accepted)
        {
            analysis.add(entry)
        }
        #expect(analysis.accepted == 1 && analysis.devices.names == ["loadtest-1-0000001"])
    }

    /// A run ends when nobody is left to send, and not because a node is restarted.
    @Test(.timeLimit(.minutes(1)), arguments: [(nil, RunEnding.clusterGone), (0, .clusterGone), (1, .timeUp)])
    func aRunOutlivesNoCluster(liveShards: Int64?, ending: RunEnding) async throws {
        let record = RunRecord()
        record.change { state in
            state.samples = (0...31).map { second in
                var sample = Sample(seconds: Double(second))
                sample.gateway = Sample.Gateway()
                sample.database = Sample.Database(liveShards: 1)
                if second > 0 { sample.database = liveShards.map { Sample.Database(liveShards: $0) } }
                return sample
            }
        }
        var scenario = Scenario()
        scenario.backlog.contacts = 1
        scenario.duration = ending == .timeUp ? 0 : 600
        try await RunWatch(scenario: scenario, dataPath: nil, record: record, interruption: Interruption())
            .untilOver(from: .now)
        #expect(record.state.ending == ending)
    }
}
