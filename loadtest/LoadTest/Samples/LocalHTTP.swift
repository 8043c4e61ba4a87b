internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Small GET requests to the cluster's processes.
struct LocalHTTP: Sendable {
    private static let limit: TimeAmount = .seconds(2)
    private static let largestAnswer = 1 << 20

    let client: HTTPClient

    init(_ client: HTTPClient) { self.client = client }

    /// The body of an answer of 200.
    func get(_ url: String) async throws -> String {
        let response = try await client.execute(HTTPClientRequest(url: url), timeout: Self.limit)
        guard response.status == .ok else { throw LoadTestError("\(url) answers \(response.status.code)") }
        return String(buffer: try await response.body.collect(upTo: Self.largestAnswer))
    }

    /// The simulator's counters.
    func gatewayStatistics(_ gatewayURL: String) async throws -> Sample.Gateway {
        try JSONDecoder().decode(Sample.Gateway.self, from: Data(try await get(gatewayURL + "/_sim/stats").utf8))
    }

    /// A node's metrics without labels, by name.
    func metrics(_ url: String) async throws -> [String: Double] {
        var values: [String: Double] = [:]
        for line in try await get(url + "/metrics").split(separator: "\n") where line.first != "#" {
            let parts = line.split(separator: " ")
            if parts.count == 2, let value = Double(parts[1]) { values[String(parts[0])] = value }
        }
        return values
    }
}
