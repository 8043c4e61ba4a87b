import Foundation
import FoundationNetworking
import Logging
import Metrics
import Synchronization
import Testing

@testable import SluiceTelemetry

@Suite struct HealthServerTests {
    @Test func `a node that is not ready says why, and turns ready`() async throws {
        let readiness = Mutex(
            Readiness(reasons: [.init(code: "database_unreachable", detail: "no route for +4915112345623")]))
        let metrics = PrometheusMetrics()
        Counter(label: "sluice_sent_total", factory: metrics).increment()
        let (ports, found) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let server = HealthServer(
            port: 0, metrics: metrics, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { found.yield($0) }, readiness: { readiness.withLock { $0 } })

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let port = try #require(await ports.first { _ in true })
            #expect(try await get(port, "healthz").status == 200)

            let refused = try await get(port, "readyz")
            #expect(refused.status == 503)
            #expect(
                refused.body
                    == "{\"ready\":false,\"reasons\":[{\"code\":\"database_unreachable\",\"detail\":\"no route for 49…23\"}]}\n"
            )

            readiness.withLock { $0 = .ready }
            #expect(try await get(port, "readyz").status == 200)
            #expect(try await get(port, "metrics").body.contains("sluice_sent_total 1\n"))
            group.cancelAll()
        }
    }

    @Test func `a port that is taken is an error`() async throws {
        let metrics = PrometheusMetrics()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, found) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let first = HealthServer(port: 0, metrics: metrics, logger: logger, onListening: { found.yield($0) }) { .ready }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await first.run() }
            let port = try #require(await ports.first { _ in true })
            let second = HealthServer(port: port, metrics: metrics, logger: logger) { .ready }
            await #expect(throws: (any Error).self) { try await second.run() }
            group.cancelAll()
        }
    }

    private func get(_ port: Int, _ path: String) async throws -> (status: Int, body: String) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/\(path)"))
        let (data, response) = try await URLSession.shared.data(for: URLRequest(url: url, timeoutInterval: 5))
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }
}
