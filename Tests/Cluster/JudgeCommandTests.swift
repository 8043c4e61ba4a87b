import Foundation
import PostgresDriver
import RequestLog
import TestSupport
import Testing

extension ClusterSuite {
    /// `sluice-loadtest judge`: what it says of a log, and how it ends.
    @Suite final class JudgeCommandTests {
        private let folder: String

        init() throws { folder = try scratchFolder() }

        deinit { removeFolder(folder) }

        /// Three messages of one device, a second apart, the last two under `keys`.
        private func log(keys: (String, String)) throws -> String {
            let path = folder + "/requests.log"
            var bytes: [UInt8] = []
            for (index, key) in ["a", keys.0, keys.1].enumerated() {
                let start = Int64(index + 1) * 1_000_000_000
                let sequence = UInt64(index + 1)
                RequestLogEntry.request(
                    ReceivedRequest(sequence: sequence, nanoseconds: start, device: "north", key: key)
                ).append(to: &bytes)
                RequestLogEntry.response(
                    RequestOutcome(
                        sequence: sequence, nanoseconds: start + 1_000_000, verdict: .accepted, answered: true,
                        acceptedNanoseconds: start + 500_000)
                ).append(to: &bytes)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return path
        }

        private static func judge(
            _ log: String, _ arguments: String..., environment: [(name: String, value: String)] = []
        ) throws -> TestCluster.CommandResult {
            try TestCluster.run(
                program: Programs.folder + "/sluice-loadtest", ["judge", log] + arguments, environment: environment,
                seconds: 30)
        }

        @Test func aCleanLogIsClean() throws {
            let log = try self.log(keys: ("b", "c"))
            let result = try Self.judge(log, "--caps", "3/3/1", "--window", "2:2")
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.contains("fullest window: north sent 3 of 3 in 3600 s"))
            #expect(result.output.contains("judge: clean sends=3"))
        }

        @Test(arguments: [["--caps", "2/9/9"], ["--caps", "9/2/9"], ["--caps", "9/9/9", "--window", "2:1"]])
        func aFullerWindowIsAViolation(caps: [String]) throws {
            let result = try TestCluster.run(
                program: Programs.folder + "/sluice-loadtest", ["judge", try log(keys: ("b", "c"))] + caps,
                environment: [], seconds: 30)
            #expect(result.status == 1, "\(result.output)")
            #expect(result.output.contains("over cap: north sent"), "\(result.output)")
        }

        @Test func aRepeatedKeyIsADuplicate() throws {
            let result = try Self.judge(try log(keys: ("b", "b")), "--caps", "9/9/9", "--json")
            #expect(result.status == 1)
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            #expect(report["isClean"] as? Bool == false)
            #expect((report["verdict"] as? [String: Any])?["duplicateCount"] as? Int == 1)
        }

        @Test func theDatabasesCapsJudge() async throws {
            let log = try self.log(keys: ("b", "c"))
            try await StoreFixture.with { fixture in
                try await fixture.sql.query("INSERT INTO user_devices (device_name, phone) VALUES ('north', '62811')")
                let url = fixture.database.url
                #expect(try Self.judge(log, "--database", url).status == 0)
                try await fixture.sql.query(#"UPDATE device_caps SET windows = '[{"seconds": 5, "limit": 2}]'"#)
                let further = try Self.judge(log, "--database", url)
                #expect(further.status == 1, "\(further.output)")
                try await fixture.sql.query("UPDATE device_caps SET windows = '[]', hourly_cap = 2")
                #expect(try Self.judge(log, "--database", url).status == 1)
            }
        }

        @Test func whatIsNoQuestionIsNotAnswered() throws {
            let log = try self.log(keys: ("b", "c"))
            for arguments in [
                [], ["--caps", "80/800"], ["--caps", "0/1/1"], ["--caps", "1/1/1", "--window", "60"],
                ["--caps", "1/1/1", "--database", "postgresql://localhost/x"],
            ] {
                let result = try TestCluster.run(
                    program: Programs.folder + "/sluice-loadtest", ["judge", log] + arguments, environment: [],
                    seconds: 30)
                #expect(result.status == 64, "\(arguments): \(result.output)")
            }
            #expect(try Self.judge("/nonexistent/requests.log", "--caps", "1/1/1").status == 2)
        }
    }
}
