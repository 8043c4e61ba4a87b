public import SluiceCore
internal import SluiceFailpoints

/// One attempt on its way to a gateway: at most one request, never repeated by any layer below.
public struct SendAttempt: Sendable {
    private let reservation: Reservation
    private let device: DeviceProfile
    private let latestStart: MonotonicTime
    private let connections: HTTPConnections
    private let now: @Sendable () -> MonotonicTime
    private let addsTraceHeaders: Bool
    private let ticket: SendTicket

    init(
        _ reservation: Reservation, on device: DeviceProfile, latestStart: MonotonicTime,
        over connections: HTTPConnections, now: @escaping @Sendable () -> MonotonicTime, addsTraceHeaders: Bool
    ) {
        self.reservation = reservation
        self.device = device
        self.latestStart = latestStart
        self.connections = connections
        self.now = now
        self.addsTraceHeaders = addsTraceHeaders
        ticket = SendTicket(latestStart: latestStart, totalTime: device.gateway.httpTimeout)
    }

    /// Starts it, once.
    ///
    /// The clock is read here and once more on the event loop, right before the head is written. It ends at the latest the
    /// gateway's `httpTimeout` after the first reading, hence `latestStart + httpTimeout` at most (I9).
    ///
    /// - Parameter ended: called once, on the event loop or before this returns, with `.aborted` (`guard` or
    ///   `cancelled`) when it was stopped before a byte was written; an uncharged refusal with `connect_failed` when no
    ///   connection was there to write to; what the dialect makes of a complete answer; `.unknown` otherwise.
    public func start(ended: @escaping @Sendable (Outcome) -> Void) {
        do throws(GatewayConfigurationError) {
            try start(by: GatewayAdapters.named(device.gateway.dialect), ended: ended)
        } catch {
            ended(.refused(.misconfigured(code: error.code, detail: error.description)))
        }
    }

    /// Before it was written it will not be. After that its connection is reset.
    public func cancel() { connections.cancel(ticket) }

    private func start(
        by adapter: any GatewayAdapter, ended: @escaping @Sendable (Outcome) -> Void
    ) throws(GatewayConfigurationError) {
        var request: HTTPRequestDescription
        switch adapter.request(for: reservation, on: device) {
        case .request(let prepared): request = prepared
        case .refused(let refusal): return ended(.refused(refusal))
        }
        if addsTraceHeaders { request.headers += traceHeaders }
        guard request.headers.allSatisfy(\.isValid) else {
            return ended(
                .refused(.misconfigured(code: "invalid_gateway", detail: "a setting cannot stand in an HTTP header")))
        }
        Failpoints.before(.guard)
        guard now() <= latestStart else { return ended(.aborted(code: "guard")) }
        Failpoints.after(.guard)
        try connections.start(
            request, below: device.gateway.baseURL, ticket: ticket, totalTime: device.gateway.httpTimeout
        ) { result in
            if case .answered = result { Failpoints.before(.response) }
            ended(Self.outcome(of: result, by: adapter))
        }
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

    /// For the simulator's request log.
    private var traceHeaders: [HeaderField] {
        [
            HeaderField("X-Sluice-Key", reservation.message.description),
            HeaderField("X-Sluice-Attempt", String(reservation.attempt)),
            HeaderField("X-Sluice-Epoch", String(reservation.claim.epoch.rawValue)),
        ]
    }
}
