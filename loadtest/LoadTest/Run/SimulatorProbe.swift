internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import RequestLog

/// Makes sure, before anything is loaded, that what is sent to is a gateway simulator, and that the request log is its.
struct SimulatorProbe {
    private static let limit: Duration = .seconds(5)

    let place: RunPlace

    /// - Throws: ``LoadTestError`` that says which of it is not so.
    func check() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            try await check(client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func check(_ client: HTTPClient) async throws {
        do {
            _ = try await LocalHTTP(client).gatewayStatistics(place.controlURL)
        } catch {
            throw LoadTestError(
                "\(place.controlURL) is no gateway simulator that answers here (\(error)), and nothing else is sent to; GATEWAY_CONTROL_URL names its loopback address where the shards use another"
            )
        }
        let device = "probe-of-" + place.devicePrefix
        var traffic = try OwnTraffic(path: place.requestLog, devicePrefix: device)
        var request = HTTPClientRequest(url: place.gatewayURL + "/send/message")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "X-Device-Id", value: device)
        request.body = .bytes(ByteBuffer(string: #"{"phone":"4922000000000","message":"Is this the simulator?"}"#))
        let response = try await client.execute(request, timeout: .seconds(30))
        guard response.status == .ok else {
            throw LoadTestError(
                "the simulator at \(place.gatewayURL) answers \(response.status.code) to a plain GOWA message; start it without --base-path, --basic-auth, --known-devices and faults"
            )
        }
        let deadline = ContinuousClock.now + Self.limit
        while ContinuousClock.now < deadline {
            try traffic.readOn()
            if traffic.counters.accepted > 0 { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw LoadTestError("\(place.requestLog) is not the request log of the simulator at \(place.gatewayURL)")
    }
}
