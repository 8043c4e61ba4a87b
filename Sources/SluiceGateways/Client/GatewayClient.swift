public import SluiceCore

/// Sends attempts to gateways, each at most once, and asks gateways for the state of devices.
///
/// One per node, shared by all devices. Its connections live on one event loop; a node's sends are bounded by the
/// shard's HTTP permits, not here. Call ``shutdown()`` when the last send has returned.
public final class GatewayClient: Sendable {
    public struct Configuration: Hashable, Sendable {
        /// Connections per scheme, host and port. More requests than that wait, at most ``connectTimeout``.
        public var connectionsPerHost = 256
        /// For name resolution, TCP and TLS together.
        public var connectTimeout: Duration = .seconds(3)
        /// Shorter than servers keep idle connections (5 s is common), so that a request seldom meets one that is
        /// about to close: that request would end as unknown.
        public var idleConnection: Duration = .seconds(2)
        /// Bytes of an answer's body. A larger one is malformed.
        public var bodyLimit = 65_536
        /// A file of certificates (PEM) that are trusted beside the machine's own.
        public var trustedCertificates: String?
        /// Adds X-Sluice-Key, X-Sluice-Attempt and X-Sluice-Epoch to each send, for the simulator's request log.
        public var traceHeaders = false

        public init() {}
    }

    private let connections: HTTPConnections
    private let addsTraceHeaders: Bool
    private let now: @Sendable () -> MonotonicTime

    /// - Parameter now: reads the host's monotonic clock, the one that `latestStart` is on.
    public init(configuration: Configuration = Configuration(), now: @escaping @Sendable () -> MonotonicTime) {
        connections = HTTPConnections(configuration: configuration, now: now)
        addsTraceHeaders = configuration.traceHeaders
        self.now = now
    }

    /// One attempt, not started yet.
    public func attempt(
        _ reservation: Reservation, on device: DeviceProfile, latestStart: MonotonicTime
    ) -> SendAttempt {
        SendAttempt(
            reservation, on: device, latestStart: latestStart, over: connections, now: now,
            addsTraceHeaders: addsTraceHeaders)
    }

    /// Sends one attempt and waits for its outcome. Cancelling the task cancels it.
    public func send(
        _ reservation: Reservation, on device: DeviceProfile, latestStart: MonotonicTime
    ) async -> Outcome {
        let attempt = attempt(reservation, on: device, latestStart: latestStart)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                attempt.start { continuation.resume(returning: $0) }
            }
        } onCancel: {
            attempt.cancel()
        }
    }

    /// Asks the gateway for the device's state, in at most 10 s.
    ///
    /// - Returns: nil when the dialect has no such question or no usable answer came: then nothing new is known.
    public func condition(of device: DeviceProfile) async -> DeviceCondition? {
        // A device with unusable settings has no gateway to ask; an attempt names the fault.
        guard let adapter = try? GatewayAdapters.named(device.gateway.dialect),
            let request = adapter.stateRequest(for: device), request.headers.allSatisfy(\.isValid)
        else { return nil }
        let limit = min(device.gateway.httpTimeout, .seconds(10))
        return await ask(request, below: device.gateway.baseURL, within: limit).flatMap(adapter.condition(from:))
    }

    /// A question that is no message. Nil when no complete answer came, or the base URL is none.
    func ask(
        _ request: HTTPRequestDescription, below baseURL: String, within limit: Duration = .seconds(10)
    ) async -> HTTPAnswer? {
        let ticket = SendTicket(latestStart: nil, totalTime: limit)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(GatewayConfigurationError) {
                    try connections.start(request, below: baseURL, ticket: ticket, totalTime: limit) { result in
                        guard case .answered(let answer) = result else { return continuation.resume(returning: nil) }
                        continuation.resume(returning: answer)
                    }
                } catch {
                    // A base URL that is none has nobody to ask; an attempt names the fault.
                    continuation.resume(returning: nil)
                }
            }
        } onCancel: {
            connections.cancel(ticket)
        }
    }

    /// Closes the connections and the event loop. Requests that are still open fail.
    ///
    /// - Throws: when connections could not be closed.
    public func shutdown() async throws {
        try await connections.shutdown()
    }
}
