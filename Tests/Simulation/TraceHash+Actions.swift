internal import SluiceCore

/// Which action it was and of what: enough that two runs that differ have different traces.
extension TraceHash {
    mutating func mix(_ action: ShardAction) {
        switch action {
        case .readVersions(let id): mix(1, id.rawValue)
        case .readOwnership(let id): mix(2, id.rawValue)
        case .takeOver(let id, let slots):
            mix(3, id.rawValue)
            for slot in slots { mix(Int64(slot.slot.rawValue), slot.epoch.rawValue) }
        case .loadDevices(let id, let slots): mix(4, id.rawValue, slots.count)
        case .fetchBatch(let id, let batch): mix(5, id.rawValue, Int(batch.rawValue))
        case .reserve(let id, let requests):
            mix(6, id.rawValue)
            for request in requests { mix(request.claim) }
        case .settle(let id, let settlements): mix(7, id.rawValue, settlements)
        case .setAside(let id, let settlements): mix(8, id.rawValue, settlements)
        case .release(let id, let claims):
            mix(9, id.rawValue)
            for claim in claims { mix(claim) }
        case .abortLost(let id, let claims):
            mix(10, id.rawValue)
            for claim in claims { mix(claim) }
        case .reportFault(let id, let claim, _):
            mix(11, id.rawValue)
            mix(claim)
        case .giveUp(let id, let slots): mix(12, id.rawValue, slots.count)
        case .record(let device, _, _): mix(13, Int64(Numbered.number(of: device)))
        case .send(let id, let reservation, _, let latest):
            mix(14, id.rawValue, Int(latest.nanoseconds))
            mix(reservation.claim)
        case .pollState(let device): mix(15, Int64(Numbered.number(of: device.id)))
        case .publish(let report): mix(report)
        case .restart: mix(17)
        case .finished: mix(18)
        }
    }

    mutating func mix(_ action: CoordinatorAction) {
        switch action {
        case .claim(let request):
            mix(31)
            for share in request.shares { mix(share.lane.rawValue, share.batch.rawValue, share.limit) }
        case .dispatch(let batch):
            mix(32, batch.id.rawValue)
            for claim in batch.claims { mix(claim) }
        case .loadLanes: mix(33)
        case .loadRoutes: mix(34)
        case .readOwnerships: mix(35)
        case .survey: mix(36)
        case .assign(let grants):
            mix(37)
            for grant in grants { mix(Int64(grant.slot.rawValue), grant.owner?.rawValue ?? 0) }
        case .takeBackExpired: mix(38)
        case .takeBackOlderTerms: mix(39)
        case .resign: mix(40)
        }
    }

    private mutating func mix(_ first: Int64, _ second: Int64, _ third: Int = 0) {
        mix(first)
        mix(second)
        mix(third)
    }

    private mutating func mix(_ kind: Int64, _ id: Int64, _ settlements: [Settlement]) {
        mix(kind, id)
        for settlement in settlements {
            mix(settlement.reservation.claim)
            mix(UInt64(settlement.outcome.ledgerState.rawValue.utf8.first ?? 0))
        }
    }

    private mutating func mix(_ claim: Claim) {
        mix(Int64(Numbered.number(of: claim.contact)), claim.batch.rawValue, Int(claim.epoch.rawValue))
    }

    private mutating func mix(_ report: CreditReport) {
        mix(16, report.sequence, report.ended)
        for credit in report.credits {
            mix(Int64(Numbered.number(of: credit.device)), credit.consumed, credit.capacity)
        }
        for lane in report.lanes { mix(lane.lane.rawValue, lane.due.microseconds) }
    }
}
