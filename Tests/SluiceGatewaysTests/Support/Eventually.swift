import SluiceCore
import SluiceGateways
import TestSupport
import Testing

/// Polls until `condition` holds; records an issue when it does not in time.
func eventually(
    within limit: Duration = .seconds(5), _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () -> Bool
) async throws {
    let end = monotonicNow() + limit
    while !condition() {
        guard monotonicNow() < end else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Runs `body` with a client and shuts the client down whatever happens.
func withClient<Value>(
    _ configuration: GatewayClient.Configuration = GatewayClient.Configuration(),
    now: @escaping @Sendable () -> MonotonicTime = monotonicNow, _ body: (GatewayClient) async throws -> Value
) async throws -> Value {
    let client = GatewayClient(configuration: configuration, now: now)
    do {
        let value = try await body(client)
        try await client.shutdown()
        return value
    } catch {
        try await client.shutdown()
        throw error
    }
}
