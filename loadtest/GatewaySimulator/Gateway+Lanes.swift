internal import NIOCore

// A device handles one message at a time: the next starts when the one before is through, which is not always when it
// is answered (a silent or dripping answer no longer occupies the device).
extension Gateway {
    func enqueue(_ exchange: Exchange) {
        let device = exchange.message.device ?? ""
        let lane = lanes[device] ?? DeviceLane(device: device)
        lanes[device] = lane
        exchange.lane = lane
        lane.waiting.append(exchange)
        advance(lane)
    }

    /// Starts messages of a free lane until one keeps it busy; forgets a lane that nothing waits for.
    private func advance(_ lane: DeviceLane) {
        guard !lane.isAdvancing else { return }
        lane.isAdvancing = true
        defer { lane.isAdvancing = false }
        while lane.current == nil, let next = lane.waiting.popFirst() {
            guard !next.isConcluded else { continue }
            lane.current = next
            start(next)
        }
        if lane.current == nil { lanes[lane.device] = nil }
    }

    private func start(_ exchange: Exchange) {
        // The device may have gone since the message got in line.
        if let reason = deviceDefect(exchange, clock.now()) { return conclude(exchange, with: reason) }
        exchange.stage = .working
        guard exchange.latency > 0 else { return finishWork(exchange) }
        exchange.timer = loop.assumeIsolated().scheduleTask(in: .nanoseconds(exchange.latency)) { [self] in
            // What is due at once is taken up at once: a time-out among it may have ended this message a moment ago.
            guard exchange.timer != nil else { return }
            exchange.timer = nil
            finishWork(exchange)
        }
    }

    private func finishWork(_ exchange: Exchange) {
        if held == nil { return settle(exchange) }
        exchange.stage = .held
        held?.append(exchange)
    }

    /// Takes an exchange out of its lane and lets the next one start if it was the one being handled.
    func leaveLane(_ exchange: Exchange) {
        exchange.timer?.cancel()
        exchange.timer = nil
        guard let lane = exchange.lane else { return }
        exchange.lane = nil
        guard lane.current === exchange else { return }
        lane.current = nil
        advance(lane)
    }

    /// Holds the answers from now on, or lets go of all that are held.
    func hold(_ holds: Bool) {
        if holds {
            held = held ?? []
            return
        }
        let released = held ?? []
        held = nil
        for exchange in released where !exchange.isConcluded { settle(exchange) }
    }
}
