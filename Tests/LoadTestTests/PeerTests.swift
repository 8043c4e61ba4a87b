import Foundation
import Testing

@testable import LoadTest

/// Peers are measured by a program of their own: what it says is taken over, and it does not outlive who asked.
@Suite struct PeerTests {
    /// A program in a peers folder's place.
    private static func folder(saying program: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-peers-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(program.utf8).write(to: folder.appending(path: "__main__.py"))
        return folder
    }

    @Test func whatTheProgramMeasuredIsTakenOver() async throws {
        let folder = try Self.folder(
            saying: """
                import json, sys
                assert sys.argv[1] == "--json"
                print(json.dumps({"machine": {"cores": 2}, "peers": [
                    {"name": sys.argv[2], "version": "1.6.0", "jobs": 20000, "jobs_per_second": 8000.4,
                     "seconds": 2.5, "settings": "batches", "leaves_out": "no HTTP request, no caps"},
                    {"name": sys.argv[3], "version": "0.7.0", "skipped": "needs Python 3.12 or later"}]}))
                sys.exit(1)
                """)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let peers = try await Peer.measure(["pgqueuer", "oban"], in: folder.path) { _ in }
        #expect(peers.map(\.jobsPerSecond) == [8_000.4, nil])
        #expect(
            peers.map(\.line) == [
                "peer pgqueuer 1.6.0 8000 jobs/s, no HTTP request, no caps",
                "peer oban 0.7.0 was not measured: needs Python 3.12 or later",
            ])
    }

    /// A run goes on without them, and says why.
    @Test func whatCannotBeMeasuredSaysWhy() async throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../" + Peer.folder)
        let stranger = try await Peer.measure(["nobody"], in: here.standardized.path) { _ in }
        #expect(stranger.count == 1 && stranger[0].line.contains("was not measured: peers: no such peer: nobody"))
        let missing = try await Peer.measure(["pgqueuer"], in: "/nowhere/peers") { _ in }
        #expect(missing.map { $0.jobsPerSecond } == [nil] && missing[0].line.contains("/nowhere"))
    }

    @Test func anInterruptedMeasurementLeavesNothingRunning() async throws {
        let folder = try Self.folder(
            saying: """
                import os, pathlib, signal
                signal.signal(signal.SIGTERM, signal.default_int_handler)
                pid = pathlib.Path(__file__).with_name("pid")
                pid.with_suffix(".new").write_text(str(os.getpid()))
                pid.with_suffix(".new").rename(pid)
                try:
                    signal.pause()
                finally:
                    pid.with_name("stopped").touch()
                """)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        let pidFile = folder.appending(path: "pid").path
        await #expect(throws: LoadTestError.self) {
            _ = try await Peer.measure(["pgqueuer"], in: folder.path) { _ in
                if FileManager.default.fileExists(atPath: pidFile) { throw LoadTestError("interrupted") }
            }
        }
        let pid = try #require(pid_t(String(contentsOfFile: pidFile, encoding: .utf8)))
        #expect(kill(pid, 0) == -1, "it ended")
        #expect(FileManager.default.fileExists(atPath: folder.appending(path: "stopped").path), "in order")
    }
}
