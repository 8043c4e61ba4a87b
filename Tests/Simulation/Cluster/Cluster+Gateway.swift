internal import SluiceCore

/// Requests: the shell's guard, the way there, the answer.
extension Cluster {
    /// The shell looks at the clock and writes.
    mutating func write(
        _ life: Int, _ id: SendID, _ reservation: Reservation, _ device: DeviceProfile, latestStart: MonotonicTime
    ) {
        let clock = shards[shardLives[life].node].clock
        guard clock.reading(at: now) < latestStart else {
            return plan(.toShard(life: life, .sendEnded(id, .aborted(code: "guard"))), after: 0)
        }
        journal.writes(reservation)
        let number = Numbered.number(of: device.id)
        if hazards.happens(.hostRefuses, to: number % Hazards.hosts, using: &generator) {
            let refused = SimulatedGateway.refused("connect_failed", .retry(notBefore: nil), isCharged: false)
            return plan(.toShard(life: life, .sendEnded(id, refused)), after: delay(500...20_000))
        }
        let abandoned = clock.instant(of: clock.reading(at: now) + device.gateway.httpTimeout)
        let request = GatewayRequest(
            life: life, send: id, contact: Numbered.number(of: reservation.claim.contact), workspace: device.workspace,
            moves: reservation.message.moves, attempt: reservation.attempt, device: number, capKey: device.capKey,
            epoch: reservation.claim.epoch, written: now, abandoned: abandoned,
            latestAcceptance: gatewayClock.instant(
                of: gatewayClock.reading(at: abandoned) + device.gateway.acceptsLateFor) - 1_000)
        let isSlow = hazards.happens(.slowPath, to: number % Hazards.hosts, using: &generator)
        let arrival = now + (isSlow ? delay(100_000...4_000_000) * Int64(settings.pace) : delay(200...15_000))
        // A request that is reset before it arrived never does.
        if arrival < abandoned {
            timeline.plan(.requestArrives(request), at: arrival)
        } else {
            timeout(request)
        }
    }

    private mutating func timeout(_ request: GatewayRequest) {
        timeline.plan(
            .toShard(life: request.life, .sendEnded(request.send, .unknown(code: "timeout", detail: ""))),
            at: request.abandoned)
    }

    mutating func arrive(_ request: GatewayRequest) {
        trace.mix(request.contact)
        trace.mix(now)
        guard let answer = gateway.take(request, at: now, hazards: hazards, using: &generator) else {
            return timeout(request)
        }
        let heard = answer.time + delay(200...15_000)
        guard heard < request.abandoned else { return timeout(request) }
        timeline.plan(.toShard(life: request.life, .sendEnded(request.send, answer.outcome)), at: heard)
    }
}
