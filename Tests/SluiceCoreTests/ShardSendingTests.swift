import SluiceCore
import Testing

/// Intake, reserve, guard, send, settle, release.
@Suite struct ShardSendingTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device()
    private static let due = LaneDue(lane: LaneID(rawValue: 55), due: ShardUnderTest.database(77))

    @Test func claimIsReservedSentSettledAndReported() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        #expect(shard.handle(.batch(batch), at: 10) == [.reserve(Shard.statement(3), Shard.requests(batch.claims))])
        let reservation = Shard.reservation(batch.claims[0])
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(9), [.reserved(reservation)]), at: 12) == [
                .send(Shard.send(1), reservation, device, latestStart: Shard.at(1_009)),
                Shard.report(2, [(device, capacity: 4, consumed: 1)]),
            ])
        #expect(
            shard.handle(.sendEnded(Shard.send(1), .sent(providerID: "p")), at: 500) == [
                .settle(Shard.statement(4), [Settlement(reservation: reservation, outcome: .sent(providerID: "p"))]),
                Shard.report(3, [(device, capacity: 5, consumed: 1)]),
            ])
        #expect(
            shard.handle(.settled(Shard.statement(4), [Self.due], busy: []), at: 600)
                == [Shard.report(4, [], lanes: [Self.due])])
    }

    @Test func latestStartEndsWithTheTrustedLease() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 3_000)
        let reservation = Shard.reservation(batch.claims[0])
        let actions = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(3_000), [.reserved(reservation)]), at: 3_001)
        #expect(actions.first == .send(Shard.send(1), reservation, device, latestStart: Shard.at(3_400)))
    }

    @Test func nothingStartsWhenTheLeaseIsNotTrusted() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        #expect(shard.handle(.batch(batch), at: 3_400).allSatisfy { if case .reserve = $0 { false } else { true } })
        #expect(
            shard.handle(shard.renewal(at: 3_600), at: 3_600).contains(
                .reserve(Shard.statement(3), Shard.requests(batch.claims))))
    }

    @Test func lateVerdictIsAborted() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        let reservation = Shard.reservation(batch.claims[0])
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.reserved(reservation)]), at: 1_010)
                .contains(
                    .settle(
                        Shard.statement(4), [Settlement(reservation: reservation, outcome: .aborted(code: "guard"))])))
        #expect(shard.view(of: device, at: 1_010).open == 0)
    }

    @Test func verdictsThatAreNotReservedGiveTheirPlaceBack() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 2)
        _ = shard.handle(.batch(batch), at: 10)
        let verdicts: [ReserveVerdict] = [.released(reason: "suppressed", due: Self.due.due), .gone]
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), verdicts), at: 20)
                == [Shard.report(2, [(device, capacity: 5, consumed: 1)], lanes: [Self.due])], "gone counts nothing")
        #expect(shard.view(of: device, at: 20).open == 0)
    }

    @Test func aClaimWhoseContactIsLockedIsReservedAgainSoon() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        let batch = shard.batch(device)
        let again = Shard.requests(batch.claims)
        _ = shard.handle(.batch(batch), at: 10)
        // 20 ms, doubled each time up to a second.
        var (statement, instant): (Int64, Int64) = (3, 12)
        for pause: Int64 in [20, 40, 80, 160, 320, 640, 1_000, 1_000] {
            #expect(
                shard.handle(.reserved(Shard.statement(statement), started: Shard.at(10), [.busy]), at: instant) == [])
            let view = shard.view(of: device, at: instant)
            #expect(view.open == 0 && view.hold == nil, "its place is free")
            #expect(shard.nextWake(after: instant).map { $0 <= instant + pause } == true)
            let early = shard.handle(shard.renewal(at: instant + pause - 1), at: instant + pause - 1)
            #expect(!early.contains { if case .reserve = $0 { true } else { false } })
            (statement, instant) = (statement + 1, instant + pause)
            #expect(
                shard.handle(.tick, at: instant).contains(.reserve(Shard.statement(statement), again)))
        }
    }

    @Test func aLockedContactsClaimIsReleasedBeforeItsSlotIsGivenUp() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.busy]), at: 12)
        #expect(shard.handle(.stop, at: 13).first == .release(Shard.statement(4), batch.claims))
        let given = shard.handle(
            .released(Shard.statement(4), [ReleasedClaim(claim: batch.claims[0], due: Shard.database(0))]), at: 14)
        #expect(given.contains { if case .giveUp = $0 { true } else { false } }, "\(given)")
    }

    @Test func priorityClassesGoFirst() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        _ = shard.handle(.batch(shard.batch(device, first: 100)), at: 10)
        let low = shard.batch(device, first: 200, priority: 6)
        let high = shard.batch(device, first: 300, priority: 0)
        #expect(shard.handle(.batch(low), at: 11) == [])
        #expect(shard.handle(.batch(high), at: 12) == [])
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.gone]), at: 20).first
                == .reserve(Shard.statement(4), Shard.requests(high.claims)))
    }

    @Test func staleForeignExpiredAndRepeatedBatchesAreIgnored() {
        let shard = Shard(devices: [device])
        let good = shard.batch(device)
        _ = shard.handle(.batch(good), at: 10)
        #expect(shard.handle(.batch(good), at: 11) == [], "repeated")
        #expect(shard.handle(.batch(shard.batch(device, term: Term(rawValue: 2))), at: 12) == [], "older term")
        #expect(shard.handle(.batch(shard.batch(device, owner: Shard.other)), at: 13) == [], "another's")
        #expect(shard.handle(.batch(shard.batch(device, expires: 14)), at: 14) == [], "expired")
        #expect(shard.counters.ignoredBatches == 4)
        #expect(shard.handle(.batch(shard.batch(device, epoch: Epoch(rawValue: 3))), at: 15) == [], "older epoch")
        #expect(shard.handle(.batch(shard.batch(Shard.device(9))), at: 16) == [], "unknown device")
        #expect(shard.counters.ignoredClaims == 2)
        #expect(shard.handle(.sendEnded(Shard.send(99), .sent(providerID: nil)), at: 17) == [])
        #expect(shard.handle(.settled(Shard.statement(99), [], busy: []), at: 18) == [])
        #expect(shard.counters.ignoredAnswers == 2)
    }

    @Test func waitingClaimIsDroppedWhenItExpires() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        _ = shard.handle(.batch(shard.batch(device)), at: 10)
        _ = shard.handle(.batch(shard.batch(device, first: 200, expires: 900)), at: 20)
        #expect(shard.view(of: device, at: 20).queuedClaims == 1)
        _ = shard.handle(.tick, at: 900)
        #expect(shard.view(of: device, at: 900).queuedClaims == 0)
        #expect(shard.counters.expiredClaims == 1)
    }

    @Test func queueBeyondItsBoundIsReleased() {
        var limits = ShardLimits()
        limits.queuedClaims = 2
        let shard = Shard(devices: [Shard.device(concurrency: 1)], limits: limits)
        _ = shard.handle(.batch(shard.batch(device)), at: 10)
        let batch = shard.batch(device, count: 3, first: 200)
        #expect(shard.handle(.batch(batch), at: 11) == [.release(Shard.statement(4), [batch.claims[2]])])
    }

    @Test func unknownHoldsItsPlaceUntilTheDeadline() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        let reservation = Shard.reservation(batch.claims[0])
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.reserved(reservation)]), at: 20)
        _ = shard.handle(.sendEnded(Shard.send(1), .unknown(code: "timeout", detail: "")), at: 10_020)
        let view = shard.view(of: device, at: 10_021)
        #expect(view.unknowns == 1)
        // D_send + T_http + A_max, and what two clocks part by in that time.
        let deadline = Shard.at(10) + .seconds(86) + ClockDrift.allowance(for: .seconds(86))
        #expect(view.hold == .caps(until: deadline))
        _ = shard.run(from: 10_021, to: 86_096)
        #expect(shard.view(of: device, at: 86_096).capacity == 0)
        #expect(shard.view(of: device, at: 86_097).capacity == 1)
    }

    @Test(arguments: [true, false]) func refusalIsChargedOnlyWhenAByteWasWritten(isCharged: Bool) {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        let reservation = Shard.reservation(batch.claims[0])
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.reserved(reservation)]), at: 20)
        let refusal = Refusal(
            code: "connect_failed", detail: "", isCharged: isCharged, disposition: .retry(notBefore: nil))
        _ = shard.handle(.sendEnded(Shard.send(1), .refused(refusal)), at: 30)
        #expect(shard.view(of: device, at: 30).windows.map(\.used) == [isCharged ? 1 : 0])
    }

    // MARK: Gaps

    @Test func gapComesAfterTheStartAndOneClaimAtATime() {
        let paced = Shard.device(gap: .seconds(5) ... .seconds(5))
        let shard = Shard(devices: [paced])
        let batch = shard.batch(paced, count: 2)
        #expect(
            shard.handle(.batch(batch), at: 10) == [.reserve(Shard.statement(3), Shard.requests([batch.claims[0]]))])
        let reservation = Shard.reservation(batch.claims[0])
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.reserved(reservation)]), at: 20).last
                == Shard.report(2, [(paced, capacity: 0, consumed: 1)]))
        _ = shard.handle(.sendEnded(Shard.send(1), .sent(providerID: nil)), at: 30)
        #expect(shard.nextWake(after: 30).map { $0 <= 5_020 } == true)
        #expect(shard.run(from: 30, to: 5_019).allSatisfy { if case .reserve = $0 { false } else { true } })
        #expect(shard.handle(.tick, at: 5_020).first == .reserve(Shard.statement(5), Shard.requests([batch.claims[1]])))
    }

    @Test func reservationsOwnGapMakesTheFollowingWaitOrAbort() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 3)
        _ = shard.handle(.batch(batch), at: 10)
        let gap: ClosedRange<Duration> = .milliseconds(600) ... .milliseconds(600)
        let verdicts = batch.claims.map { ReserveVerdict.reserved(Shard.reservation($0, gap: gap)) }
        let first = shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), verdicts), at: 20)
        #expect(first.count { if case .send = $0 { true } else { false } } == 1)
        #expect(shard.nextWake(after: 25) == 620)
        let second = shard.handle(.tick, at: 620)
        #expect(second.contains { if case .send(Shard.send(2), _, _, _) = $0 { true } else { false } })
        let aborted = Settlement(
            reservation: Shard.reservation(batch.claims[2], gap: gap), outcome: .aborted(code: "gap"))
        #expect(second.contains(.settle(Shard.statement(4), [aborted])), "1,220 is past the guard")
        let next = shard.batch(device, count: 2, first: 200)
        _ = shard.handle(.batch(next), at: 700)
        #expect(
            shard.handle(.tick, at: 1_220).contains(.reserve(Shard.statement(5), Shard.requests([next.claims[0]]))),
            "the device has gaps: one at a time")
    }

    // MARK: Batches and bounds

    @Test func fullSettleBufferStopsReserves() {
        var limits = ShardLimits()
        limits.unsettledAttempts = 1
        let shard = Shard(devices: [device], limits: limits)
        let batch = shard.batch(device, count: 2)
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), [.reserved(Shard.reservation(batch.claims[0]))]),
            at: 20)
        _ = shard.handle(.sendEnded(Shard.send(1), .sent(providerID: nil)), at: 30)
        #expect(shard.handle(.failed(Shard.statement(4), .uncertain), at: 40) == [])
        #expect(shard.nextWake(after: 40) == 90, "50 ms back-off")
        #expect(shard.handle(.tick, at: 90).count == 1, "the settle again, no reserve")
        #expect(
            shard.handle(.settled(Shard.statement(5), [], busy: []), at: 100)
                == [
                    .reserve(Shard.statement(6), Shard.requests([batch.claims[1]])),
                    Shard.report(4, [], ended: 1),
                ])
    }

    @Test func refusedSettleIsSplitUntilTheBadRowIsAlone() {
        var limits = ShardLimits()
        limits.settleEvery = .milliseconds(20)
        let shard = Shard(devices: [device], limits: limits)
        let batch = shard.batch(device, count: 3)
        _ = shard.handle(.batch(batch), at: 10)
        let reservations = batch.claims.map { Shard.reservation($0) }
        let outcome = Outcome.sent(providerID: nil)
        let settlements = reservations.map { Settlement(reservation: $0, outcome: outcome) }
        _ = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), reservations.map { .reserved($0) }), at: 20)
        for send in 1...3 { _ = shard.handle(.sendEnded(Shard.send(Int64(send)), outcome), at: 30) }
        _ = shard.handle(.settled(Shard.statement(4), [], busy: []), at: 31)
        #expect(shard.handle(.tick, at: 50).contains(.settle(Shard.statement(5), Array(settlements[1...]))))
        _ = shard.handle(.failed(Shard.statement(5), .refused), at: 60)
        #expect(shard.handle(.tick, at: 110) == [.settle(Shard.statement(6), [settlements[1]])])
        #expect(
            shard.handle(.settled(Shard.statement(6), [], busy: []), at: 111) == [
                .settle(Shard.statement(7), [settlements[2]]),
                Shard.report(5, [], ended: 1),
            ])
        let aside = shard.handle(.failed(Shard.statement(7), .refused), at: 112)
        #expect(aside == [.setAside(Shard.statement(8), [settlements[2]])], "its outcome is kept")
        _ = shard.handle(.failed(Shard.statement(8), .uncertain), at: 113)
        #expect(shard.machine.view(at: Shard.at(113)).unsettled == 1)
        #expect(shard.handle(.tick, at: 213) == [.setAside(Shard.statement(9), [settlements[2]])])
        _ = shard.handle(.settled(Shard.statement(9), [], busy: []), at: 214)
        #expect(shard.counters.settlementsSetAside == 1)
        #expect(shard.machine.view(at: Shard.at(214)).unsettled == 0)
    }

    @Test func whatStaysLockedIsSetAsideWithItsOutcome() {
        var limits = ShardLimits()
        limits.setAsideAfter = .seconds(1)
        let shard = Shard(devices: [device], limits: limits)
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        let reservation = Shard.reservation(batch.claims[0])
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.reserved(reservation)]), at: 20)
        _ = shard.handle(.sendEnded(Shard.send(1), .sent(providerID: nil)), at: 30)
        let settlement = Settlement(reservation: reservation, outcome: .sent(providerID: nil))
        _ = shard.handle(.settled(Shard.statement(4), [], busy: [settlement]), at: 40)
        _ = shard.handle(.tick, at: 540)
        _ = shard.handle(.settled(Shard.statement(5), [], busy: [settlement]), at: 600)
        _ = shard.handle(.tick, at: 1_100)
        let last = shard.handle(.settled(Shard.statement(6), [], busy: [settlement]), at: 1_110)
        #expect(last.contains(.setAside(Shard.statement(7), [settlement])))
        #expect(shard.machine.view(at: Shard.at(1_110)).unsettled == 1)
        _ = shard.handle(.settled(Shard.statement(7), [], busy: []), at: 1_120)
        #expect(shard.machine.view(at: Shard.at(1_120)).unsettled == 0)
    }

    @Test func lockedContactIsSettledAgainAndDelaysNoOther() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        let reservation = Shard.reservation(batch.claims[0])
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.reserved(reservation)]), at: 20)
        _ = shard.handle(.sendEnded(Shard.send(1), .sent(providerID: nil)), at: 30)
        let settlement = Settlement(reservation: reservation, outcome: .sent(providerID: nil))
        #expect(shard.handle(.settled(Shard.statement(4), [], busy: [settlement]), at: 40) == [])
        #expect(shard.nextWake(after: 40) == 540)
        #expect(shard.handle(.tick, at: 540) == [.settle(Shard.statement(5), [settlement])])
        #expect(
            shard.handle(.settled(Shard.statement(5), [], busy: []), at: 550) == [Shard.report(4, [], ended: 1)],
            "the leader hears that a contact ended")
        #expect(shard.machine.view(at: Shard.at(550)).unsettled == 0)
    }

    @Test func refusedReserveIsSplitAndTheBadClaimLeftToExpire() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 2)
        _ = shard.handle(.batch(batch), at: 10)
        #expect(shard.handle(.failed(Shard.statement(3), .refused), at: 20) == [])
        #expect(shard.handle(.tick, at: 70) == [.reserve(Shard.statement(4), Shard.requests([batch.claims[0]]))])
        _ = shard.handle(.failed(Shard.statement(4), .refused), at: 80)
        #expect(
            shard.handle(.tick, at: 180).contains(.reserve(Shard.statement(5), Shard.requests([batch.claims[1]]))))
        let reservation = Shard.reservation(batch.claims[1])
        let sent = shard.handle(
            .reserved(Shard.statement(5), started: Shard.at(180), [.reserved(reservation)]), at: 190)
        #expect(sent.first == .send(Shard.send(1), reservation, device, latestStart: Shard.at(1_180)))
        #expect(shard.counters.refusedClaims == 1)
        #expect(shard.view(of: device, at: 190).open == 1)
    }

    @Test func aRowAtFaultIsReportedAloneAndDelaysNoOther() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 2)
        let fault = RowFault("23514: refused")
        _ = shard.handle(.batch(batch), at: 10)
        #expect(
            shard.handle(.failed(Shard.statement(3), .refusedRow(fault)), at: 20)
                == [.reserve(Shard.statement(4), Shard.requests([batch.claims[0]]))], "without a back-off")
        let alone = shard.handle(.failed(Shard.statement(4), .refusedRow(fault)), at: 30)
        #expect(alone.contains(.reserve(Shard.statement(5), Shard.requests([batch.claims[1]]))))
        #expect(alone.contains(.reportFault(Shard.statement(6), batch.claims[0], fault)))
        let due = ReleasedClaim(claim: batch.claims[0], due: Self.due.due)
        let told = shard.handle(.released(Shard.statement(6), [due]), at: 190)
        #expect(
            told.contains {
                if case .publish(let report) = $0 { report.credits.first?.consumed == 1 } else { false }
            }, "the claim is worked off: \(told)")
        #expect(shard.counters.refusedClaims == 1)
    }

    @Test func aReportThatIsRefusedLeavesTheClaimToExpire() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        let fault = RowFault("23514: refused")
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(.failed(Shard.statement(3), .refusedRow(fault)), at: 20)
        _ = shard.handle(.failed(Shard.statement(4), .uncertain), at: 30)
        #expect(
            shard.handle(.tick, at: 130) == [.reportFault(Shard.statement(5), batch.claims[0], fault)],
            "an answer that was lost is asked for again")
        let actions = shard.handle(.failed(Shard.statement(5), .refusedRow(fault)), at: 140)
        #expect(!actions.contains { if case .reportFault = $0 { true } else { false } })
        #expect(shard.view(of: device, at: 140).open == 0)
    }

    @Test func aFaultySettlementIsTriedAgainAndNeverDropped() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        let reservation = Shard.reservation(batch.claims[0])
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(10), [.reserved(reservation)]), at: 20)
        _ = shard.handle(.sendEnded(Shard.send(1), .sent(providerID: nil)), at: 30)
        let settlement = Settlement(reservation: reservation, outcome: .sent(providerID: nil))
        #expect(shard.handle(.settled(Shard.statement(4), [], busy: [], faulty: [settlement]), at: 40) == [])
        #expect(shard.counters.faultySettlements == 1)
        #expect(shard.machine.view(at: Shard.at(40)).unsettled == 1)
        _ = shard.run(from: 40, to: 5_039)
        #expect(shard.handle(.tick, at: 5_040).contains(.settle(Shard.statement(5), [settlement])))
        _ = shard.handle(.settled(Shard.statement(5), [], busy: []), at: 5_050)
        #expect(shard.machine.view(at: Shard.at(5_050)).unsettled == 0)
    }
}
