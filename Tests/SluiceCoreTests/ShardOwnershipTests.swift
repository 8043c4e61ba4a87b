import SluiceCore
import Testing

/// Slots come, are loaded, and go; the node stops or loses its lease.
@Suite struct ShardOwnershipTests {
    private typealias Shard = ShardUnderTest
    private let device = ShardUnderTest.device()

    @Test func newSlotIsTakenOverThenReported() {
        let shard = Shard()
        #expect(
            shard.handle(shard.renewal(assignment: 9, at: 0), at: 0)
                == [.readOwnership(Shard.statement(1))])
        let owned = Shard.ownership()
        #expect(
            shard.handle(.ownership(Shard.statement(1), [owned]), at: 1) == [.takeOver(Shard.statement(2), [owned])])
        #expect(shard.handle(.beacon(term: Shard.term, assignmentVersion: 9, controlVersion: 0), at: 2) == [])
        let history = SlotHistory(charges: LedgerCharges(), devices: [device], lanes: [], lookback: .seconds(100_000))
        #expect(
            shard.handle(.takenOver(Shard.statement(2), history), at: 3)
                == [Shard.report(1, [(device, capacity: 5, consumed: 0)])])
        #expect(shard.handle(shard.renewal(assignment: 9, at: 4), at: 4) == [], "the version is known")
    }

    @Test func historyOfTheLedgerCounts() {
        let charges = (0..<9).map { LedgerCharge(capKey: "key1", time: .settled(Shard.database(-1_000 - $0))) }
        let shard = Shard(devices: [device], charges: charges)
        #expect(shard.view(of: device, at: 1).capacity == 1)
    }

    @Test func handOverReleasesSettlesAndThenGivesUp() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        let batch = shard.batch(device, count: 2)
        _ = shard.handle(.batch(batch), at: 10)
        let sent = shard.handle(
            .reserved(Shard.statement(3), started: Shard.at(10), [.reserved(Shard.reservation(batch.claims[0]))]),
            at: 11)
        #expect(sent.count { if case .send = $0 { true } else { false } } == 1)

        #expect(
            shard.handle(shard.renewal(assignment: 2, at: 20), at: 20).contains(.readOwnership(Shard.statement(4))))
        let leaving = shard.handle(.ownership(Shard.statement(4), [Shard.ownership(wanted: Shard.other)]), at: 21)
        #expect(leaving.contains(.release(Shard.statement(5), [batch.claims[1]])))
        _ = shard.handle(
            .released(Shard.statement(5), [ReleasedClaim(claim: batch.claims[1], due: Shard.database(0))]), at: 22)
        let settling = shard.handle(.sendEnded(Shard.send(1), .sent(providerID: "p")), at: 30)
        #expect(settling.count == 1, "settled, not given up yet: \(settling)")
        let given = shard.handle(.settled(Shard.statement(6), [], busy: []), at: 31)
        #expect(given.contains(.giveUp(Shard.statement(7), [Shard.ownership(wanted: Shard.other)])))
        #expect(shard.handle(.gaveUp(Shard.statement(7)), at: 32) == [])
        #expect(shard.machine.view(of: device.id, at: Shard.at(33)) == nil)
    }

    @Test func givingUpIsTriedAgain() {
        let shard = Shard(devices: [device])
        _ = shard.handle(shard.renewal(assignment: 2, at: 20), at: 20)
        let wanted = [Shard.ownership(wanted: Shard.other)]
        #expect(
            shard.handle(.ownership(Shard.statement(3), wanted), at: 21).contains(
                .giveUp(Shard.statement(4), wanted)))
        #expect(shard.handle(.failed(Shard.statement(4), .uncertain), at: 22) == [])
        #expect(shard.nextWake(after: 22) == 122)
        #expect(shard.handle(.tick, at: 122) == [.giveUp(Shard.statement(5), wanted)])
    }

    @Test func changedMindBringsTheSlotBack() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        _ = shard.handle(.batch(shard.batch(device)), at: 10)
        _ = shard.handle(shard.renewal(assignment: 2, at: 20), at: 20)
        _ = shard.handle(.ownership(Shard.statement(4), [Shard.ownership(wanted: Shard.other)]), at: 21)
        #expect(shard.view(of: device, at: 21).hold == .slot)
        _ = shard.handle(shard.renewal(assignment: 3, at: 30), at: 30)
        _ = shard.handle(.ownership(Shard.statement(5), [Shard.ownership()]), at: 31)
        #expect(shard.view(of: device, at: 31).hold == .caps(until: nil), "back, with its one place in a reserve")
    }

    /// A drained node's slots are wanted by nobody when it was the last one.
    @Test func aSlotThatNobodyShallHaveIsGivenUp() {
        let shard = Shard(devices: [device])
        _ = shard.handle(shard.renewal(assignment: 2, at: 20), at: 20)
        let nobody = SlotOwnership(slot: Shard.slot, epoch: Shard.epoch, owner: Shard.node, wanted: nil)
        #expect(
            shard.handle(.ownership(Shard.statement(3), [nobody]), at: 21).contains(
                .giveUp(Shard.statement(4), [nobody])))
        // It stays alive and idle, and takes the slot when it is given it again.
        _ = shard.handle(.gaveUp(Shard.statement(4)), at: 22)
        #expect(!shard.machine.isFinished)
        _ = shard.handle(shard.renewal(assignment: 3, at: 1_000), at: 1_000)
        let again = Shard.ownership(epoch: Epoch(rawValue: 6))
        #expect(
            shard.handle(.ownership(Shard.statement(5), [again]), at: 1_001).contains(
                .takeOver(Shard.statement(6), [again])))
    }

    /// Profiles that are read while a slot is being given up may name a key whose history is not here. Reading it for a
    /// slot that is another's by then would bring its devices back to life.
    @Test func aSlotThatIsBeingGivenUpIsNotTakenOver() {
        let shard = Shard(devices: [device])
        _ = shard.handle(shard.renewal(control: 1, at: 10), at: 10)
        _ = shard.handle(shard.renewal(assignment: 2, control: 1, at: 20), at: 20)
        let leaving = shard.handle(.ownership(Shard.statement(4), [Shard.ownership(wanted: Shard.other)]), at: 21)
        #expect(leaving.contains(.giveUp(Shard.statement(5), [Shard.ownership(wanted: Shard.other)])))
        let moved = Shard.device(capKey: "fresh")
        let read = shard.handle(.devices(Shard.statement(3), [moved]), at: 22)
        #expect(!read.contains { if case .takeOver = $0 { true } else { false } }, "\(read)")
        _ = shard.handle(.gaveUp(Shard.statement(5)), at: 23)
        #expect(shard.machine.view(of: device.id, at: Shard.at(24)) == nil)
        let later = shard.run(from: 24, to: 5_000)
        #expect(!later.contains { if case .takeOver = $0 { true } else { false } }, "\(later)")
    }

    /// The same while something keeps the slot: when it comes back after all, the new key's history is read first.
    @Test func aSlotThatComesBackReadsWhatItMissedWhileItWasLeaving() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        _ = shard.handle(.batch(shard.batch(device)), at: 10)
        _ = shard.handle(shard.renewal(control: 1, at: 15), at: 15)
        _ = shard.handle(shard.renewal(assignment: 2, control: 1, at: 20), at: 20)
        _ = shard.handle(.ownership(Shard.statement(5), [Shard.ownership(wanted: Shard.other)]), at: 21)
        _ = shard.handle(.devices(Shard.statement(4), [Shard.device(concurrency: 1, capKey: "fresh")]), at: 22)
        _ = shard.handle(shard.renewal(assignment: 3, control: 1, at: 30), at: 30)
        let back = shard.handle(.ownership(Shard.statement(6), [Shard.ownership()]), at: 31)
        #expect(back.contains { if case .takeOver(_, [Shard.ownership()]) = $0 { true } else { false } }, "\(back)")
    }

    /// The same when it was being read as the slot began to leave, and could not be.
    @Test func aSlotThatComesBackReadsWhatFailedWhileItWasLeaving() {
        let shard = Shard(devices: [Shard.device(concurrency: 1)])
        _ = shard.handle(.batch(shard.batch(device)), at: 10)
        _ = shard.handle(shard.renewal(control: 1, at: 15), at: 15)
        let moved = Shard.device(concurrency: 1, capKey: "fresh")
        let read = shard.handle(.devices(Shard.statement(4), [moved]), at: 16)
        #expect(read.contains(.takeOver(Shard.statement(5), [Shard.ownership()])))
        _ = shard.handle(shard.renewal(assignment: 2, control: 1, at: 20), at: 20)
        _ = shard.handle(.ownership(Shard.statement(6), [Shard.ownership(wanted: Shard.other)]), at: 21)
        _ = shard.handle(.failed(Shard.statement(5), .uncertain), at: 22)
        var since = shard.handle(shard.renewal(assignment: 3, control: 1, at: 30), at: 30)
        since += shard.handle(.ownership(Shard.statement(7), [Shard.ownership()]), at: 31)
        since += shard.run(from: 31, to: 2_000)
        #expect(since.contains { if case .takeOver(_, [Shard.ownership()]) = $0 { true } else { false } }, "\(since)")
    }

    @Test func stopGivesEverythingUpAndFinishes() {
        let shard = Shard(devices: [device])
        #expect(shard.handle(.stop, at: 10).contains(.giveUp(Shard.statement(3), [Shard.ownership()])))
        #expect(shard.handle(.gaveUp(Shard.statement(3)), at: 11) == [.finished])
        #expect(shard.nextWake(after: 11) == nil)
    }

    @Test func stopEndsAtItsDeadline() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device)
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(.stop, at: 20)
        #expect(shard.handle(.tick, at: 60_019).last != .finished)
        #expect(shard.handle(.tick, at: 60_020).last == .finished)
    }

    @Test func lostLeaseRestartsAtOnceAndSettlesWhatIsOpen() {
        let shard = Shard(devices: [device])
        let batch = shard.batch(device, count: 6)
        _ = shard.handle(.batch(batch), at: 10)
        _ = shard.handle(
            .reserved(
                Shard.statement(3), started: Shard.at(10), batch.claims[..<4].map { .reserved(Shard.reservation($0)) }),
            at: 11)
        // The fifth claim is in the next reserve when the lease goes.
        #expect(shard.handle(.leaseLost, at: 12) == [.restart])
        let late = shard.handle(
            .reserved(Shard.statement(4), started: Shard.at(11), [.reserved(Shard.reservation(batch.claims[4]))]),
            at: 13)
        #expect(
            late == [
                .settle(
                    Shard.statement(5),
                    [Settlement(reservation: Shard.reservation(batch.claims[4]), outcome: .aborted(code: "lease_lost"))]
                )
            ])
        _ = shard.handle(.settled(Shard.statement(5), [], busy: []), at: 14)
        for send in 1...4 { _ = shard.handle(.sendEnded(Shard.send(Int64(send)), .sent(providerID: nil)), at: 20) }
        _ = shard.handle(.settled(Shard.statement(6), [], busy: []), at: 21)
        #expect(!shard.machine.isFinished, "three were collected meanwhile")
        #expect(shard.handle(.settled(Shard.statement(7), [], busy: []), at: 22) == [.finished])
    }

    @Test func changedProfilesAreLoadedAndApplied() {
        let shard = Shard(devices: [device])
        #expect(
            shard.handle(shard.renewal(control: 1, at: 10), at: 10) == [.loadDevices(Shard.statement(3), [Shard.slot])])
        let paused = Shard.device(isPaused: true)
        #expect(
            shard.handle(.devices(Shard.statement(3), [paused]), at: 20)
                == [Shard.report(2, [(device, capacity: 0, consumed: 0)])])
        #expect(shard.view(of: device, at: 20).hold == .paused)
    }

    /// A take-over that began before a change may end while the profiles of the other slots are read because of it.
    @Test func aChangeDuringATakeOverIsReadForItsSlotsToo() {
        let shard = Shard(devices: [device])
        let coming = HashSlot(rawValue: 8)!
        let second = SlotOwnership(slot: coming, epoch: Shard.epoch, owner: Shard.node, wanted: Shard.node)
        _ = shard.handle(shard.renewal(assignment: 2, at: 10), at: 10)
        _ = shard.handle(.ownership(Shard.statement(3), [Shard.ownership(), second]), at: 11)
        #expect(
            shard.handle(shard.renewal(assignment: 2, control: 1, at: 20), at: 20)
                == [.loadDevices(Shard.statement(5), [Shard.slot])])
        var stale = Shard.device(2)
        stale.slot = coming
        let history = SlotHistory(charges: LedgerCharges(), devices: [stale], lanes: [], lookback: .seconds(100_000))
        _ = shard.handle(.takenOver(Shard.statement(4), history), at: 21)
        let actions = shard.handle(.devices(Shard.statement(5), [device]), at: 22)
        #expect(actions.contains(.loadDevices(Shard.statement(6), [Shard.slot, coming])))
        let settled = shard.handle(.devices(Shard.statement(6), [device, stale]), at: 23)
        #expect(!settled.contains { if case .loadDevices = $0 { true } else { false } })
    }

    /// Its claims for the slot it was in are made anew at once for the one it is in.
    @Test func claimsForTheSlotADeviceHasLeftGoBack() {
        let shard = Shard(devices: [device])
        let late = shard.batch(device)
        let next = HashSlot(rawValue: 8)!
        let second = SlotOwnership(slot: next, epoch: Shard.epoch, owner: Shard.node, wanted: Shard.node)
        _ = shard.handle(shard.renewal(assignment: 2, at: 10), at: 10)
        _ = shard.handle(.ownership(Shard.statement(3), [Shard.ownership(), second]), at: 11)
        var moved = device
        (moved.slot, moved.capKey, moved.hasMovedKey) = (next, "fresh", true)
        let history = SlotHistory(charges: LedgerCharges(), devices: [moved], lanes: [], lookback: .seconds(100_000))
        _ = shard.handle(.takenOver(Shard.statement(4), history), at: 12)
        let released = shard.handle(.batch(late), at: 20)
        #expect(released.contains { if case .release(_, late.claims) = $0 { true } else { false } })
    }

    @Test func newCapKeyIsTakenOverBeforeItsDeviceSends() {
        let shard = Shard(devices: [device])
        _ = shard.handle(shard.renewal(control: 1, at: 10), at: 10)
        let moved = Shard.device(2)
        #expect(
            shard.handle(.devices(Shard.statement(3), [device, moved]), at: 20)
                == [.takeOver(Shard.statement(4), [Shard.ownership()])])
        #expect(shard.machine.view(of: moved.id, at: Shard.at(20)) == nil)
        let charges = (0..<8).map { _ in LedgerCharge(capKey: "key2", time: .settled(Shard.database(5))) }
        let history = SlotHistory(
            charges: LedgerCharges(charges), devices: [device, moved], lanes: [], lookback: .seconds(100_000))
        _ = shard.handle(.takenOver(Shard.statement(4), history), at: 30)
        #expect(shard.view(of: moved, at: 30).capacity == 2)
    }

    @Test func goneDeviceStartsNothing() {
        let shard = Shard(devices: [device])
        _ = shard.handle(shard.renewal(control: 1, at: 10), at: 10)
        _ = shard.handle(.devices(Shard.statement(3), []), at: 20)
        let batch = shard.batch(device)
        #expect(shard.handle(.batch(batch), at: 30) == [.release(Shard.statement(4), batch.claims)])
    }
}
