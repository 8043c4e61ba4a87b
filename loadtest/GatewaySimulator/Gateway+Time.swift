internal import NIOCore

// What the passing of time does. One coarse tick instead of a timer for each request: a time-out here may be late by a
// tick, which no client can tell from a slow gateway.
extension Gateway {
    static let tick = TimeAmount.milliseconds(100)

    /// Looks after time-outs until the loop shuts down.
    func keepTime() {
        loop.assumeIsolated().scheduleTask(in: Self.tick) { [self] in
            let now = clock.now()
            statistics.roll(to: now)
            dropAbandoned(now)
            endTimedOut(now)
            if let end = hostModeEnd, now >= end { setHost(.up, forSeconds: nil) }
            keepTime()
        }
    }

    /// A message whose client is gone and that would not be accepted any more is over, though its device is at it still:
    /// else it would be open for longer than this gateway says that any is.
    private func dropAbandoned(_ now: Int64) {
        let longest = Self.nanoseconds(scenario.lateAcceptSeconds)
        let abandoned = open.values.filter { exchange in
            guard exchange.connection == nil, now - exchange.received > longest else { return false }
            return switch exchange.stage {
            case .waiting, .working: true
            case .held, .silent, .concluded: false
            }
        }
        for exchange in abandoned.sorted(by: { $0.sequence < $1.sequence }) where !exchange.isConcluded {
            drop(exchange, code: "CLIENT_GONE")
        }
    }

    private func endTimedOut(_ now: Int64) {
        let timeout = Self.nanoseconds(scenario.gatewayTimeoutSeconds)
        let silence = Self.nanoseconds(scenario.silenceSeconds)
        let due = open.values.filter { exchange in
            switch exchange.stage {
            case .waiting: timeout > 0 && now - exchange.received >= timeout
            case .working: timeout > 0 && now - exchange.received >= timeout && exchange.connection != nil
            case .silent(_, let since): now - since >= silence
            // Held requests wait for whoever holds them.
            case .held, .concluded: false
            }
        }
        for exchange in due.sorted(by: { $0.sequence < $1.sequence }) where !exchange.isConcluded {
            endTimedOut(exchange)
        }
    }

    /// Answers 504. The message that its device is handling goes out all the same; one that still waited does not.
    private func endTimedOut(_ exchange: Exchange) {
        switch exchange.stage {
        case .silent(let ending, _):
            conclude(exchange, ending)
        case .working where exchange.fault == nil:
            exchange.fault = .acceptThenGatewayTimeout
            settle(exchange)
        default:
            conclude(exchange, with: .gatewayTimeout)
        }
    }

    /// Takes the whole host down or up. Going down, it loses every message it has not accepted.
    func setHost(_ mode: HostMode, forSeconds seconds: Double?) {
        hostModeEnd = mode == .up ? nil : seconds.map { clock.now() + Self.nanoseconds(min($0, 1e9)) }
        hostMode = mode
        if mode == .up {
            for connection in connections.values where connection.isHanging { connection.reset() }
        } else {
            endAll(code: "HOST_DOWN", hanging: mode == .hang)
        }
    }

    /// Ends every open request without an answer: silent ones keep what became of them, the others were not accepted.
    func endAll(code: String, hanging: Bool) {
        // Emptied first: a message must not start because the one before it ended here.
        for lane in lanes.values { lane.waiting.removeAll() }
        for exchange in open.values.sorted(by: { $0.sequence < $1.sequence }) {
            if hanging {
                exchange.connection?.hang()
                exchange.connection = nil
            }
            if case .silent(let ending, _) = exchange.stage {
                conclude(exchange, ending)
            } else {
                drop(exchange, code: code)
            }
        }
    }
}
