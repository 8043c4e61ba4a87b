internal import SluiceCore

/// Which action it was and of what: enough that two runs that differ have different traces.
extension TraceHash {
    mutating func mix(_ action: ShardAction) {
        mix(action.number)
        switch action {
        case .readVersions(let id): mix(id.rawValue)
        case .readOwnership(let id): mix(id.rawValue)
        case .takeOver(let id, let slots):
            mix(id.rawValue)
            for slot in slots { mix(Int64(slot.slot.rawValue), slot.epoch.rawValue) }
        case .loadDevices(let id, let slots): mix(id.rawValue, slots.count)
        case .fetchBatch(let id, let batch): mix(id.rawValue, batch.rawValue)
        case .reserve(let id, let requests):
            mix(id.rawValue)
            for request in requests { mix(request.claim) }
        case .settle(let id, let settlements): mix(id.rawValue, settlements)
        case .setAside(let id, let settlements): mix(id.rawValue, settlements)
        case .release(let id, let claims):
            mix(id.rawValue)
            for claim in claims { mix(claim) }
        case .abortLost(let id, let claims):
            mix(id.rawValue)
            for claim in claims { mix(claim) }
        case .reportFault(let id, let claim, _):
            mix(id.rawValue)
            mix(claim)
        case .giveUp(let id, let slots): mix(id.rawValue, slots.count)
        case .record(let device, _, _): mix(Int64(Numbered.number(of: device)))
        case .send(let id, let reservation, _, let latest):
            mix(id.rawValue, latest.nanoseconds)
            mix(reservation.claim)
        case .pollState(let device): mix(Int64(Numbered.number(of: device.id)))
        case .publish(let report): mix(report)
        case .restart, .finished: break
        }
    }

    mutating func mix(_ action: CoordinatorAction) {
        mix(action.number)
        switch action {
        case .claim(let request):
            for share in request.shares { mix(share.lane.rawValue, share.batch.rawValue, share.limit) }
        case .dispatch(let batch):
            mix(batch.id.rawValue)
            for claim in batch.claims { mix(claim) }
        case .assign(let grants):
            for grant in grants { mix(Int64(grant.slot.rawValue), grant.owner?.rawValue ?? 0) }
        case .askForCredits(let shards): for shard in shards { mix(shard.rawValue) }
        case .loadLanes, .loadRoutes, .readOwnerships, .survey, .takeBackExpired, .takeBackOlderTerms, .resign: break
        }
    }

    private mutating func mix(_ first: Int64, _ second: Int64, _ third: Int = 0) {
        mix(first)
        mix(second)
        mix(third)
    }

    private mutating func mix(_ first: Int64, _ second: Int) { mix(first, Int64(second)) }

    private mutating func mix(_ id: Int64, _ settlements: [Settlement]) {
        mix(id)
        for settlement in settlements {
            mix(settlement.reservation.claim)
            mix(UInt64(settlement.outcome.ledgerState.rawValue.utf8.first ?? 0))
        }
    }

    private mutating func mix(_ claim: Claim) {
        mix(Int64(Numbered.number(of: claim.contact)), claim.batch.rawValue, Int(claim.epoch.rawValue))
    }

    private mutating func mix(_ report: CreditReport) {
        mix(report.sequence)
        mix(report.wholeFrom)
        mix(report.ended)
        for credit in report.credits {
            mix(Int64(Numbered.number(of: credit.device)), credit.consumed, credit.capacity)
        }
        for lane in report.lanes { mix(lane.lane.rawValue, lane.due.microseconds) }
    }
}
