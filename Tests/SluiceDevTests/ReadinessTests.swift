import Foundation
import Logging
import SluiceTelemetry
import Synchronization
import Testing

@testable import SluiceDev

/// A cluster is up when its nodes say that they can work, and not when their ports accept.
@Suite struct ReadinessTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `a node is asked, and its own reasons are told`() async throws {
        let readiness = Mutex(Readiness(reasons: [.init(code: "slots_loading", detail: "slots are being taken over")]))
        let (ports, found) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let server = HealthServer(
            port: 0, metrics: PrometheusMetrics(), logger: logger, onListening: { found.yield($0) },
            readiness: { readiness.withLock { $0 } })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try #require(await ports.first { _ in true })
            #expect(await ReadinessProbe.problem(port: port) == "slots_loading, slots are being taken over")
            readiness.withLock { $0 = .ready }
            #expect(await ReadinessProbe.problem(port: port) == nil)
            group.cancelAll()
        }
    }

    @Test func `a port where nobody listens is not ready`() async throws {
        let port = try LocalPort.free(preferring: nil)
        #expect(await ReadinessProbe.problem(port: port) == "nobody listens on its health port \(port) yet")
    }

    @Test func `an answer that is none of ours is told by its status`() {
        #expect(ReadinessProbe.problem(in: "HTTP/1.1 404 Not Found\r\n\r\nnothing") == "its /readyz answers 404")
        #expect(ReadinessProbe.problem(in: "") == "its /readyz answers nothing")
        #expect(ReadinessProbe.problem(in: "HTTP/1.1 200 OK\r\n\r\n{}") == nil)
    }

    @Test func `a start that takes too long names the node that is not ready`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "sluice-ready-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = try DataFolder(path: path)
        let processes = ["shard-1", "shard-2"].map {
            ChildProcess(name: $0, executable: "/bin/sleep", arguments: ["60"])
        }
        let late = Stage.Unready(name: "shard-2", reason: "slots_loading, slots are being taken over")
        var stage = Stage(processes: processes, unready: { [late] })
        stage.readyWithin = .milliseconds(300)
        let error = await #expect(throws: DevError.self) {
            try await Stage.run([stage], in: folder, logger: logger) { Issue.record("not ready, and yet it ran") }
        }
        let words = try #require(error?.description)
        #expect(words.contains("shard-2: slots_loading, slots are being taken over"))
        #expect(!words.contains("shard-1"))
    }
}
