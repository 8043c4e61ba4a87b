public import SluiceCore
internal import SluiceFailpoints

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

    /// Sends one attempt: at most one request, never repeated by any layer below.
    ///
    /// The clock is read here and once more on the event loop, right before the head is written. Returns at the
    /// latest the gateway's `httpTimeout` after the first reading, hence `latestStart + httpTimeout` at most (I9).
    /// Cancelling the task resets the connection.
    ///
    /// - Returns: `.aborted` with `guard` or `cancelled` when it was stopped before a byte was written; an uncharged
    ///   refusal with `connect_failed` when no connection was there to write to; what the dialect makes of a complete
    ///   answer; `.unknown` otherwise.
    public func send(
        _ reservation: Reservation, on device: DeviceProfile, latestStart: MonotonicTime
    ) async -> Outcome {
        do throws(GatewayConfigurationError) {
            let adapter = try GatewayAdapters.named(device.gateway.dialect)
            return try await send(reservation, on: device, by: adapter, latestStart: latestStart)
        } catch {
            return .refused(.misconfigured(code: error.code, detail: error.description))
        }
    }

    private func send(
        _ reservation: Reservation, on device: DeviceProfile, by adapter: any GatewayAdapter,
        latestStart: MonotonicTime
    ) async throws(GatewayConfigurationError) -> Outcome {
        var request: HTTPRequestDescription
        switch adapter.request(for: reservation, on: device) {
        case .request(let prepared): request = prepared
        case .refused(let refusal): return .refused(refusal)
        }
        if addsTraceHeaders { request.headers += Self.traceHeaders(of: reservation) }
        guard request.headers.allSatisfy(\.isValid) else {
            return .refused(
                .misconfigured(code: "invalid_gateway", detail: "a setting cannot stand in an HTTP header"))
        }
        if Task.isCancelled { return .aborted(code: "cancelled") }
        Failpoints.before(.guard)
        guard now() <= latestStart else { return .aborted(code: "guard") }
        Failpoints.after(.guard)
        let result = try await connections.perform(
            request, below: device.gateway.baseURL, latestStart: latestStart, totalTime: device.gateway.httpTimeout)
        if case .answered = result { Failpoints.before(.response) }
        return Self.outcome(of: result, by: adapter)
    }

    /// Asks the gateway for the device's state, in at most 10 s.
    ///
    /// - Returns: nil when the dialect has no such question or no usable answer came: then nothing new is known.
    public func condition(of device: DeviceProfile) async -> DeviceCondition? {
        // A device with unusable settings has no gateway to ask; `send` names the fault.
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
        // A base URL that is none has nobody to ask; `send` names the fault.
        let result = try? await connections.perform(request, below: baseURL, latestStart: nil, totalTime: limit)
        guard case .answered(let answer) = result else { return nil }
        return answer
    }

    /// Closes the connections and the event loop. Requests that are still open fail.
    ///
    /// - Throws: when connections could not be closed.
    public func shutdown() async throws {
        try await connections.shutdown()
    }

    private static func outcome(of result: HTTPExchange.Result, by adapter: any GatewayAdapter) -> Outcome {
        switch result {
        case .answered(let answer): adapter.classify(answer)
        case .late: .aborted(code: "guard")
        case .unwritten(wasCancelled: true): .aborted(code: "cancelled")
        case .unwritten(wasCancelled: false):
            .refused(
                Refusal(
                    code: "connect_failed", detail: "no connection to the gateway; nothing was sent", isCharged: false,
                    disposition: .retry(notBefore: nil)))
        case .lost(let reason): .unknown(code: reason.rawValue, detail: reason.detail)
        }
    }

    private static func traceHeaders(of reservation: Reservation) -> [HeaderField] {
        [
            HeaderField("X-Sluice-Key", reservation.message.description),
            HeaderField("X-Sluice-Attempt", String(reservation.attempt)),
            HeaderField("X-Sluice-Epoch", String(reservation.claim.epoch.rawValue)),
        ]
    }
}
