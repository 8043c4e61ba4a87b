import Foundation
import TestSupport
import Testing

extension ClusterSuite {
    /// `sluice-loadtest run` from a scenario's file to a result's, with the programs of this build.
    @Suite struct LoadTestCommandTests {
        private static let program = Programs.folder + "/sluice-loadtest"

        private static func scenario(_ duration: String, contacts: Int, hourly: Int) -> String {
            """
            regime = "fidelity"
            duration = "\(duration)"
            [cluster]
            shards = 1
            coordinators = 1
            devices = 6
            [caps]
            hourly = \(hourly)
            hour = "1h"
            [gateway]
            latency = "5ms"
            [backlog]
            contacts = \(contacts)
            [triggers]
            rate = 10
            devices = 2
            [targets]
            lost = "<= 0"
            duplicate = "<= 0"
            over_cap = "<= 0"
            fullest_hour = ">= 1"
            """
        }

        /// The scenario's file and the arguments that keep a run in a folder of its own.
        private static func prepared(_ text: String) throws -> Prepared {
            let folder = try scratchFolder()
            try Data(text.utf8).write(to: URL(filePath: folder + "/tiny.toml"))
            let (results, data) = (folder + "/results", folder + "/data")
            let arguments = ["run", folder + "/tiny.toml", "--results", results, "--data", data]
            return Prepared(folder: folder, arguments: arguments, results: results, data: data)
        }

        private struct Prepared {
            var folder: String
            var arguments: [String]
            var results: String
            var data: String
        }

        private static func result(in folder: String, of name: String = "tiny") throws -> [String: Any] {
            let name = try #require(
                try FileManager.default.contentsOfDirectory(atPath: folder).first {
                    $0.hasPrefix(name + "-") && $0.hasSuffix(".json")
                })
            let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }

        /// A process whose command line names the run's folder.
        private static func processes(of folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.filter { pid in
                // One that ended meanwhile has no command line.
                let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
                return line?.contains(folder) ?? false
            }
        }

        @Test func aRunEndsInAResultAndAPage() throws {
            let run = try Self.prepared(Self.scenario("4s", contacts: 60, hourly: 10))
            defer { removeFolder(run.folder) }
            let command = try TestCluster.run(program: Self.program, run.arguments, environment: [], seconds: 150)
            #expect(command.status == 0, "\(command.output)")
            #expect(command.output.contains("tiny over_cap 0 <= 0 pass"), "\(command.output)")

            let result = try Self.result(in: run.results)
            #expect(result["regime"] as? String == "fidelity")
            #expect((result["ending"] as? [String: Any])?.keys.first == "timeUp")
            let verdict = try #require(result["verdict"] as? [String: Any])
            let sent = try #require(verdict["sent"] as? Int)
            #expect(sent > 40, "40 of the backlog and triggers")
            #expect(verdict["lost"] as? Int == 0 && verdict["overCap"] as? Int == 0)
            let figures = try #require(result["figures"] as? [String: Double])
            for name in [
                "messages", "messages_per_second", "trigger_commit_p99_ms", "campaign_accepted_p50_ms",
                "transactions_per_message", "wal_bytes_per_message", "cluster_cores", "shard_memory_mb",
            ] {
                #expect(figures[name] ?? 0 > 0, "\(name): \(figures)")
            }
            #expect(figures["messages"] == Double(sent))
            #expect(try #require(result["samples"] as? [Any]).count >= 3)
            let page = try #require(
                try FileManager.default.contentsOfDirectory(atPath: run.results).first { $0.hasSuffix(".html") })
            let html = try String(contentsOfFile: run.results + "/" + page, encoding: .utf8)
            #expect(html.contains("\"name\":\"tiny\"") && !html.contains("src=") && !html.contains("http-equiv"))
            #expect(try Self.processes(of: run.data).isEmpty)
        }

        /// A run whose first messages have come to the gateway.
        private static func started(_ run: Prepared) async throws -> Process {
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.arguments = run.arguments
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let log = run.data + "/gateway-requests.jsonl"
            try await eventually("the first messages", within: .seconds(90)) {
                // The log comes with the cluster.
                (try? Data(contentsOf: URL(filePath: log)))?.isEmpty == false
            }
            return process
        }

        @Test func theSecondInterruptionStopsAtOnce() async throws {
            let run = try Self.prepared(Self.scenario("10m", contacts: 60, hourly: 10))
            defer { removeFolder(run.folder) }
            let process = try await Self.started(run)
            defer { if process.isRunning { process.terminate() } }
            // Two that come together may count as one.
            try await eventually("the run to end", within: .seconds(30)) {
                if process.isRunning { process.interrupt() }
                return !process.isRunning
            }
            #expect(process.terminationStatus == 128 + SIGINT)
            try await eventually("its cluster to end", within: .seconds(60)) {
                try Self.processes(of: run.data).isEmpty
            }
        }

        @Test func anInterruptedRunKeepsWhatItHas() async throws {
            let run = try Self.prepared(Self.scenario("10m", contacts: 60, hourly: 10))
            defer { removeFolder(run.folder) }
            let process = try await Self.started(run)
            defer { if process.isRunning { process.terminate() } }
            process.interrupt()
            try await eventually("the run to end", within: .seconds(90)) { !process.isRunning }
            #expect(process.terminationStatus == 1, "part of a run is no success")

            let result = try Self.result(in: run.results)
            #expect((result["ending"] as? [String: Any])?.keys.first == "interrupted")
            let verdict = try #require(result["verdict"] as? [String: Any])
            #expect(try #require(verdict["sent"] as? Int) > 0)
            #expect(verdict["isLossKnown"] as? Bool == true && verdict["lost"] as? Int == 0)
            #expect(try Self.processes(of: run.data).isEmpty)
        }

        @Test func anInterruptedSuiteSaysHowToGoOn() async throws {
            var run = try Self.prepared(Self.scenario("10m", contacts: 60, hourly: 10))
            defer { removeFolder(run.folder) }
            try Data("[backlog]\ncontacts = 1".utf8).write(to: URL(filePath: run.folder + "/after.toml"))
            run.arguments =
                ["suite", "tiny", "after", "--full", "--scenarios", run.folder] + run.arguments.dropFirst(2)
            let process = try await Self.started(run)
            defer { if process.isRunning { process.terminate() } }
            process.interrupt()
            try await eventually("the suite to end", within: .seconds(90)) { !process.isRunning }
            #expect(process.terminationStatus == 1)

            #expect(try Self.result(in: run.results)["ending"] != nil, "the scenario's own result")
            let list = try Self.result(in: run.results, of: "suite")
            #expect(list["unfinished"] as? [String] == ["tiny", "after"])
            let targets = try #require(list["targets"] as? [[String: Any]])
            #expect(targets.contains { $0["figure"] as? String == "lost" && $0["isMet"] as? Bool == true })
            #expect(try Self.processes(of: run.data).isEmpty)
        }

        @Test func aFolderThatAClusterRunsOnIsLeftAlone() throws {
            let run = try Self.prepared(Self.scenario("1s", contacts: 1, hourly: 1))
            defer { removeFolder(run.folder) }
            try FileManager.default.createDirectory(atPath: run.data, withIntermediateDirectories: true)
            let lock = open(run.data + "/lock", O_RDWR | O_CREAT, 0o600)
            defer { close(lock) }
            try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
            try Data("mine".utf8).write(to: URL(filePath: run.data + "/precious"))
            let command = try TestCluster.run(program: Self.program, run.arguments, environment: [], seconds: 30)
            #expect(command.status == 2 && command.output.contains("choose another folder"), "\(command.output)")
            #expect(FileManager.default.fileExists(atPath: run.data + "/precious"))
        }

        @Test func whatCannotBeRunIsSaidAtOnce() throws {
            let run = try Self.prepared("[backlog]\ncontact = 5\n[triggers]\nrate = -1")
            defer { removeFolder(run.folder) }
            let command = try TestCluster.run(program: Self.program, run.arguments, environment: [], seconds: 30)
            #expect(command.status == 2)
            #expect(
                command.output.contains(
                    "tiny.toml:2: backlog.contact is no key of a scenario; did you mean backlog.contacts?"))
            #expect(command.output.contains("tiny.toml:4: triggers.rate is a number from 0"), "\(command.output)")
            #expect(!FileManager.default.fileExists(atPath: run.data), "nothing was started")

            let folder = try scratchFolder()
            defer { removeFolder(folder) }
            try Data("mine".utf8).write(to: URL(filePath: folder + "/precious"))
            let good = try Self.prepared(Self.scenario("1s", contacts: 1, hourly: 1))
            defer { removeFolder(good.folder) }
            let other = try TestCluster.run(
                program: Self.program, Array(good.arguments.dropLast()) + [folder], environment: [], seconds: 30)
            #expect(other.status == 2 && other.output.contains("holds something else"), "\(other.output)")
            #expect(FileManager.default.fileExists(atPath: folder + "/precious"))
        }
    }
}
