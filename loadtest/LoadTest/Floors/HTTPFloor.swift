internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// The requests that Sluice makes, without Sluice: so many clients, each posting the next message when the last one is
/// answered.
struct HTTPFloor {
    /// As many as a shard node may have open at one base URL; more only queue in the simulator's one thread.
    private static let clients = 64

    let gatewayURL: String
    var warmUp: Duration = .seconds(1)
    var measured: Duration = .seconds(5)

    /// Requests per second.
    func measure() async throws -> Double {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, decompression: .disabled)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.clients
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let rate = try await rate(of: client)
            try await client.shutdown()
            return rate
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private func rate(of client: HTTPClient) async throws -> Double {
        let begins = ContinuousClock.now + warmUp
        let ends = begins + measured
        let counted = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<Self.clients {
                group.addTask { try await post(as: number, with: client, countingFrom: begins, until: ends) }
            }
            return try await group.reduce(0, +)
        }
        return Double(counted) / (measured / .seconds(1))
    }

    private func post(
        as number: Int, with client: HTTPClient, countingFrom begins: ContinuousClock.Instant,
        until ends: ContinuousClock.Instant
    ) async throws -> Int {
        var request = HTTPClientRequest(url: gatewayURL + "/send/message")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "X-Device-Id", value: "\(LogAnalysis.floorDevice)\(number)")
        let text = "Hello from the load test, this is a message of the usual length."
        let body = ByteBuffer(string: #"{"phone":"4922000000000","message":"\#(text)"}"#)
        var counted = 0
        while true {
            request.body = .bytes(body)
            let response = try await client.execute(request, timeout: .seconds(10))
            _ = try await response.body.collect(upTo: 1 << 16)
            guard response.status == .ok else {
                throw LoadTestError("the simulator answered \(response.status.code) while the HTTP floor was measured")
            }
            let now = ContinuousClock.now
            if now >= ends { return counted }
            if now >= begins { counted += 1 }
        }
    }
}
