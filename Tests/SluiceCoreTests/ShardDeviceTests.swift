import Testing

@testable import SluiceCore

/// Conditions, hosts, credits, terms, and what happens without NATS.
@Suite struct ShardDeviceTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device()

    private func refuse(
        _ disposition: Refusal.Disposition, on device: DeviceProfile, _ shard: ShardUnderTest, at time: Int64
    ) -> [ShardAction] {
        let batch = shard.batch(device)
        let reserve = shard.handle(.batch(batch), at: time)
        guard case .reserve(let id, _)? = reserve.first else {
            Issue.record("no reserve: \(reserve)")
            return []
        }
        let sent = shard.handle(
            .reserved(id, started: Shard.at(time), [.reserved(Shard.reservation(batch.claims[0]))]), at: time + 1)
        guard case .send(let send, _, _, _)? = sent.first else {
            Issue.record("no send: \(sent)")
            return []
        }
        let refusal = Refusal(code: "E", detail: "", isCharged: true, disposition: disposition)
        return shard.handle(.sendEnded(send, .refused(refusal)), at: time + 2)
    }

    @Test func disconnectedDeviceIsRecordedReleasedPolledAndComesBack() {
        let shard = Shard(devices: [device])
        #expect(
            refuse(.device(.disconnected), on: device, shard, at: 100).contains(
                .record(device.id, .disconnected, detail: "E")))
        #expect(shard.view(of: device, at: 102).capacity == 0)
        let batch = shard.batch(device, first: 500)
        #expect(
            shard.handle(.batch(batch), at: 200).contains {
                if case .release(_, batch.claims) = $0 { true } else { false }
            })
        _ = shard.run(from: 200, to: 10_101)
        #expect(shard.handle(.tick, at: 10_102).contains(.pollState(device)))
        #expect(
            shard.handle(.polled(device.id, nil), at: 10_200).allSatisfy {
                if case .record = $0 { false } else { true }
            })
        _ = shard.run(from: 10_200, to: 30_199)
        #expect(shard.handle(.tick, at: 30_200).contains(.pollState(device)), "20 s after the second look")
        #expect(
            shard.handle(.polled(device.id, .connected), at: 30_300).contains(
                .record(device.id, .connected, detail: "polled")))
        #expect(shard.view(of: device, at: 30_300).capacity == 5)
    }

    @Test func refusedCredentialsAreTriedWithOneMessageAtATime() {
        let webhook = Shard.device(dialect: "webhook")
        let shard = Shard(devices: [webhook])
        #expect(
            refuse(.device(.credentialsRefused), on: webhook, shard, at: 100).contains(
                .record(webhook.id, .credentialsRefused, detail: "E")))
        #expect(shard.view(of: webhook, at: 102).hold == .condition(.credentialsRefused))
        _ = shard.run(from: 200, to: 10_101)
        #expect(
            shard.handle(.tick, at: 10_102).contains(.record(webhook.id, .connected, detail: "tried_again")))
        #expect(shard.view(of: webhook, at: 10_102).capacity == 1)
        let reserves = shard.handle(.batch(shard.batch(webhook, count: 3, first: 500, expires: 60_000)), at: 10_200)
        #expect(
            reserves.contains { if case .reserve(_, let requests) = $0 { requests.count == 1 } else { false } },
            "\(reserves)")
    }

    @Test func newSettingsEndTheWaitForCredentials() {
        let shard = Shard(devices: [device])
        _ = refuse(.device(.credentialsRefused), on: device, shard, at: 100)
        var mended = device
        mended.condition = .credentialsRefused
        mended.gateway.credentials = ["token": "new"]
        let asked = shard.handle(shard.renewal(control: 1, at: 200), at: 200)
        guard
            case .loadDevices(let statement, _)? = asked.first(where: {
                if case .loadDevices = $0 { true } else { false }
            })
        else {
            Issue.record("devices not loaded: \(asked)")
            return
        }
        #expect(
            shard.handle(.devices(statement, [mended]), at: 210).contains(
                .record(device.id, .connected, detail: "settings_changed")))
        #expect(shard.view(of: device, at: 210).capacity == 1, "one message shows whether they are right")
    }

    @Test func banEndsByItself() {
        let shard = Shard(devices: [device])
        _ = refuse(.device(.banned(until: Shard.database(5_000))), on: device, shard, at: 100)
        #expect(shard.run(from: 100, to: 4_999).allSatisfy { if case .record = $0 { false } else { true } })
        #expect(shard.handle(.tick, at: 5_000).contains(.record(device.id, .connected, detail: "ban_over")))
    }

    @Test func retryAfterRestsTheDevice() {
        let shard = Shard(devices: [device])
        _ = refuse(.retry(notBefore: .seconds(7)), on: device, shard, at: 100)
        #expect(shard.view(of: device, at: 102).hold == .resting(until: Shard.at(7_102)))
        _ = shard.run(from: 102, to: 7_101)
        #expect(shard.view(of: device, at: 7_102).capacity == 5)
    }

    // MARK: Hosts

    @Test func breakerOpensReleasesAndProbes() {
        var limits = ShardLimits()
        limits.breakerThreshold = 2
        let shard = Shard(devices: [Shard.device(1), Shard.device(2)], limits: limits)
        let batch = shard.batch(device, count: 2)
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), batch.claims.map { .reserved(Shard.reservation($0)) }),
            at: 11)
        _ = shard.handle(.sendEnded(Shard.send(1), .unknown(code: "timeout", detail: "")), at: 20)
        #expect(!shard.view(of: device, at: 20).isBreakerOpen)
        _ = shard.handle(.sendEnded(Shard.send(2), .unknown(code: "timeout", detail: "")), at: 30)
        #expect(shard.view(of: Shard.device(2), at: 30).isBreakerOpen)
        #expect(shard.view(of: Shard.device(2), at: 30).capacity == 0)
        #expect(shard.view(of: Shard.device(2), at: 1_030).capacity == 5, "half open after a second")
        _ = shard.handle(shard.renewal(at: 1_030), at: 1_030)
        let probe = shard.batch(Shard.device(2), count: 3, first: 200)
        #expect(
            shard.handle(.batch(probe), at: 1_031).contains {
                if case .reserve(_, let requests) = $0 { requests.count == 1 } else { false }
            },
            "one probe")
    }

    /// The wake for the first opening comes too early for the second one.
    @Test func breakerThatOpensTwiceProbesAfterTheSecondTime() {
        var limits = ShardLimits()
        limits.breakerThreshold = 1
        let shard = Shard(devices: [device], limits: limits)
        let batch = shard.batch(device, count: 3)
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), batch.claims.map { .reserved(Shard.reservation($0)) }),
            at: 11)
        _ = shard.handle(.sendEnded(Shard.send(1), .unknown(code: "timeout", detail: "")), at: 20)
        _ = shard.handle(.sendEnded(Shard.send(2), .sent(providerID: nil)), at: 500)
        _ = shard.handle(.sendEnded(Shard.send(3), .unknown(code: "timeout", detail: "")), at: 510)
        _ = shard.handle(.batch(shard.batch(device, first: 200)), at: 600)
        _ = shard.handle(.tick, at: 1_020)
        #expect(shard.nextWake(after: 1_020) == 1_510)
        #expect(shard.handle(.tick, at: 1_510).contains { if case .reserve = $0 { true } else { false } })
    }

    @Test func hostTakesNoMoreThanItsPermitsAndOthersGo() {
        var limits = ShardLimits()
        limits.permitsPerHost = 1
        let other = Shard.device(3, host: "http://b")
        let shard = Shard(devices: [Shard.device(1), Shard.device(2), other], limits: limits)
        #expect(shard.handle(.batch(shard.batch(Shard.device(1), first: 100)), at: 1).count == 1)
        let waiting = shard.batch(Shard.device(2), first: 200)
        #expect(shard.handle(.batch(waiting), at: 2) == [])
        let others = shard.batch(other, first: 300, priority: 0)
        #expect(
            shard.handle(.batch(others), at: 3) == [.reserve(Shard.statement(4), Shard.requests(others.claims))])
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(1), [.gone]), at: 4)
        #expect(
            shard.handle(.tick, at: 21).first == .reserve(Shard.statement(5), Shard.requests(waiting.claims)))
    }

    /// Each answer gives one permit back. Called for all that are free each time, all 32 would stand up for eight.
    @Test func noMoreDevicesAreCalledThanThereArePermits() {
        var limits = ShardLimits()
        limits.permitsPerHost = 8
        let devices = (1...40).map { Shard.device($0) }
        let shard = Shard(devices: devices, limits: limits)
        let claims = devices.enumerated().map { shard.batch($1, first: 100 * ($0 + 1)) }
        for batch in claims { _ = shard.handle(.batch(batch), at: 1) }
        func reserved(_ statement: Int64, _ batches: ArraySlice<DispatchBatch>, at time: Int64) {
            let verdicts = batches.map { ReserveVerdict.reserved(Shard.reservation($0.claims[0])) }
            _ = shard.handle(.reserved(Shard.statement(statement), started: Shard.at(time - 1), verdicts), at: time)
        }
        reserved(3, claims[..<1], at: 2)
        let second = shard.handle(.tick, at: 21)
        #expect(second.first == .reserve(Shard.statement(4), Shard.requests(claims[1..<8].map { $0.claims[0] })))
        reserved(4, claims[1..<8], at: 22)
        for send: Int64 in 1...8 { _ = shard.handle(.sendEnded(Shard.send(send), .sent(providerID: nil)), at: 23) }
        // The next statement begins 20 ms after the last.
        let view = shard.machine.view(at: Shard.at(23))
        #expect(view.permitsUsed == 0 && view.queuedClaims == 32 && shard.machine.ready.count == 8)
    }

    @Test func aTriggerGoesBeforeTheCampaignsOfOtherDevices() {
        var limits = ShardLimits()
        limits.permitsPerHost = 1
        let devices = (1...4).map { Shard.device($0) }
        let shard = Shard(devices: devices, limits: limits)
        let first = shard.batch(devices[0], first: 100, priority: 6)
        #expect(shard.handle(.batch(first), at: 1).count == 1)
        for device in 1...2 {
            #expect(shard.handle(.batch(shard.batch(devices[device], first: 200 * device, priority: 6)), at: 2) == [])
        }
        let trigger = shard.batch(devices[3], first: 900, priority: 0)
        #expect(shard.handle(.batch(trigger), at: 3) == [])
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(1), [.gone]), at: 4).first
                == .reserve(Shard.statement(4), Shard.requests(trigger.claims)))
    }

    @Test func whatIsUrgentWaitsForNoStatementOfACampaign() {
        let devices = (1...2).map { Shard.device($0) }
        let shard = Shard(devices: devices)
        #expect(shard.handle(.batch(shard.batch(devices[0], first: 100, priority: 6)), at: 1).count == 1)
        let campaign = shard.batch(devices[1], first: 200, priority: 6)
        #expect(shard.handle(.batch(campaign), at: 2) == [], "it is collected while the first is under way")
        let trigger = shard.batch(devices[1], first: 300, priority: 0)
        #expect(
            shard.handle(.batch(trigger), at: 3) == [.reserve(Shard.statement(4), Shard.requests(trigger.claims))],
            "at once, and without the campaign's claim on the same device")
        _ = shard.handle(.reserved(Shard.statement(3), started: Shard.at(1), [.gone]), at: 4)
        #expect(
            shard.handle(.tick, at: 21).first == .reserve(Shard.statement(5), Shard.requests(campaign.claims)))
    }

    // MARK: Credits and terms

    @Test func cappedDeviceIsReportedAtTheInstantItsCapFrees() {
        let capped = Shard.device(hour: 1)
        let charges = [LedgerCharge(capKey: "key1", time: .settled(Shard.database(-3_600_000)))]
        let shard = Shard(devices: [capped], charges: charges)
        #expect(shard.view(of: capped, at: 999).capacity == 0)
        #expect(shard.nextWake(after: 1) == 1_000)
        #expect(shard.handle(.tick, at: 1_000) == [Shard.report(2, [(capped, capacity: 1, consumed: 0)])])
    }

    @Test func idleNodeWakesForSnapshotsOnly() {
        let shard = Shard(devices: [device])
        #expect(shard.nextWake(after: 1) == 2_000)
        #expect(shard.handle(.tick, at: 2_000) == [Shard.report(2, [(device, capacity: 5, consumed: 0)])])
        #expect(shard.nextWake(after: 2_001) == 4_000)
    }

    @Test func busyReportsAreCoalesced() {
        let shard = Shard(devices: [Shard.device(1), Shard.device(2)])
        let first = shard.batch(Shard.device(1), first: 100)
        let second = shard.batch(Shard.device(2), first: 200, priority: 0)
        _ = shard.handle(.batch(first), at: 100)
        _ = shard.handle(.batch(second), at: 100)
        let verdict = ReserveVerdict.released(reason: "suppressed", due: nil)
        #expect(
            shard.handle(.reserved(Shard.statement(3), started: Shard.at(100), [verdict]), at: 101)
                == [Shard.report(2, [(Shard.device(1), capacity: 5, consumed: 1)])])
        #expect(shard.handle(.reserved(Shard.statement(4), started: Shard.at(100), [verdict]), at: 102) == [])
        #expect(shard.nextWake(after: 102) == 106)
        #expect(shard.handle(.tick, at: 106) == [Shard.report(3, [(Shard.device(2), capacity: 5, consumed: 1)])])
    }

    @Test func devicesShareTheRoomForClaims() {
        var limits = ShardLimits()
        limits.promisedClaims = 7
        let devices = (1...3).map { Shard.device($0) }
        let shard = Shard(devices: devices, limits: limits)
        #expect(devices.map { shard.view(of: $0, at: 1).capacity } == [2, 2, 2])
        limits.promisedClaims = 2
        let crowded = Shard(devices: devices, limits: limits)
        #expect(devices.map { crowded.view(of: $0, at: 1).capacity } == [1, 1, 1], "everyone gets on")
    }

    @Test func devicesOfOneCapKeyReportTheSameCapacity() {
        let first = Shard.device(1, capKey: "shared")
        let second = Shard.device(2, capKey: "shared")
        let shard = Shard(devices: [first, second])
        let batch = shard.batch(first)
        _ = shard.handle(.batch(batch), at: 10)
        let reserved = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), [.reserved(Shard.reservation(batch.claims[0]))]),
            at: 11)
        #expect(
            reserved.last == Shard.report(2, [(first, capacity: 4, consumed: 1), (second, capacity: 4, consumed: 0)]))
    }

    @Test func newTermReleasesOldClaimsAndCountsAnew() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        _ = shard.handle(.batch(shard.batch(device, first: 100)), at: 10)
        let waiting = shard.batch(device, first: 200)
        _ = shard.handle(.batch(waiting), at: 11)
        let newer = Term(rawValue: 4)
        #expect(
            shard.handle(.beacon(term: newer, assignmentVersion: 1, controlVersion: 0), at: 20)
                == [.readVersions(Shard.statement(4))], "a beacon is only a hint")
        let read = ClusterVersions(term: newer, assignment: 1, control: 0)
        #expect(
            shard.handle(.versions(Shard.statement(4), read), at: 20) == [
                .release(Shard.statement(5), waiting.claims),
                Shard.report(2, [(device, capacity: 1, consumed: 0)], term: newer, wholeFrom: 2),
            ])
        _ = shard.handle(.released(Shard.statement(5), [ReleasedClaim(claim: waiting.claims[0], due: nil)]), at: 30)
        #expect(shard.view(of: device, at: 30).capacity == 1)
        #expect(
            shard.handle(.beacon(term: Shard.term, assignmentVersion: 1, controlVersion: 0), at: 40) == [],
            "an old leader")
    }

    // MARK: Without NATS

    @Test func batchThatNATSLostIsReadBack() {
        let shard = Shard(devices: [device])
        _ = shard.handle(.connected(true), at: 1)
        let lost = shard.batch(device)
        #expect(shard.handle(shard.renewal(open: [lost.id], at: 10), at: 10) == [], "it may be on its way")
        #expect(
            shard.handle(shard.renewal(open: [lost.id], at: 20), at: 20) == [.fetchBatch(Shard.statement(3), lost.id)])
        #expect(shard.handle(shard.renewal(open: [lost.id], at: 25), at: 25) == [], "once")
        #expect(
            shard.handle(.fetched(Shard.statement(3), lost), at: 30)
                == [.reserve(Shard.statement(4), Shard.requests(lost.claims))])
        #expect(shard.handle(.batch(lost), at: 31) == [])
    }

    @Test func withoutNATSOpenBatchesAreReadAtOnce() {
        let shard = Shard(devices: [device])
        _ = shard.handle(.connected(false), at: 1)
        let open = shard.batch(device)
        #expect(
            shard.handle(shard.renewal(open: [open.id], at: 10), at: 10) == [.fetchBatch(Shard.statement(3), open.id)])
        #expect(shard.handle(.failed(Shard.statement(3), .uncertain), at: 20) == [])
        #expect(
            shard.handle(shard.renewal(open: [open.id], at: 1_000), at: 1_000) == [
                .fetchBatch(Shard.statement(4), open.id)
            ])
    }
}
