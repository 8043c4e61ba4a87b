import SluiceCore
import Testing

@Suite struct SlotAssignmentTests {
    private func members(_ count: Int, draining: Set<Int> = []) -> [ShardMember] {
        (1...count).map {
            ShardMember(
                incarnation: Incarnation(rawValue: Int64($0)), name: "shard-\($0)", isDraining: draining.contains($0))
        }
    }

    private func ownerships(_ members: [ShardMember]) -> [SlotOwnership] {
        HashSlot.all.map { slot in
            let owner = SlotAssignment.owner(of: slot, among: members)?.incarnation
            return SlotOwnership(slot: slot, epoch: Epoch(rawValue: 1), owner: owner, wanted: owner)
        }
    }

    @Test(arguments: 2...6) func sharesAreWithinATenth(_ count: Int) {
        let owners = ownerships(members(count)).compactMap { $0.owner?.rawValue }
        let fair = Double(HashSlot.count) / Double(count)
        for node in 1...Int64(count) {
            let share = Double(owners.count { $0 == node })
            #expect(abs(share - fair) <= fair / 10, "node \(node) of \(count): \(share)")
        }
    }

    @Test func everySlotIsGivenToSomebodyAtFirst() {
        let nobody = HashSlot.all.map { SlotOwnership(slot: $0, epoch: Epoch(rawValue: 0), owner: nil, wanted: nil) }
        #expect(SlotAssignment.changes(from: nobody, members: members(3)).count == HashSlot.count)
        #expect(SlotAssignment.changes(from: nobody, members: []).isEmpty)
        #expect(SlotAssignment.changes(from: nobody, members: members(2, draining: [1, 2])).isEmpty)
    }

    @Test func whatIsRightStays() {
        let members = members(3)
        #expect(SlotAssignment.changes(from: ownerships(members), members: members).isEmpty)
        #expect(SlotAssignment.changes(from: ownerships(members), members: members.reversed()).isEmpty)
    }

    @Test func aJoinTakesSlotsOnlyForItself() {
        let changes = SlotAssignment.changes(from: ownerships(members(3)), members: members(4))
        #expect(changes.allSatisfy { $0.owner?.rawValue == 4 })
        #expect((900...1_150).contains(changes.count))
    }

    @Test func aLeaveMovesOnlyWhatTheLeavingOneHad() {
        let before = ownerships(members(3))
        let changes = SlotAssignment.changes(from: before, members: Array(members(3).dropFirst()))
        #expect(Set(changes.map(\.slot)) == Set(before.filter { $0.owner?.rawValue == 1 }.map(\.slot)))
    }

    @Test func aDrainingNodeIsAskedForAllItHas() {
        let before = ownerships(members(3))
        let changes = SlotAssignment.changes(from: before, members: members(3, draining: [2]))
        #expect(Set(changes.map(\.slot)) == Set(before.filter { $0.owner?.rawValue == 2 }.map(\.slot)))
        #expect(changes.allSatisfy { $0.owner?.rawValue != 2 })
    }

    @Test func withNobodyLeftToTakeThemADrainingNodeStillGivesItsSlotsUp() {
        let before = ownerships(members(1))
        let changes = SlotAssignment.changes(from: before, members: members(1, draining: [1]))
        #expect(changes.count == HashSlot.count)
        #expect(changes.allSatisfy { $0.owner == nil })
        let asked = before.map {
            SlotOwnership(slot: $0.slot, epoch: $0.epoch, owner: $0.owner, wanted: nil)
        }
        #expect(SlotAssignment.changes(from: asked, members: members(1, draining: [1])).isEmpty)
        // It is undrained before it gave them up: the wish is taken back.
        let back = SlotAssignment.changes(from: asked, members: members(1))
        #expect(back.count == HashSlot.count)
        #expect(back.allSatisfy { $0.owner?.rawValue == 1 })
    }

    @Test func aNodeThatRestartsGetsItsSlotsBack() {
        var restarted = members(3)
        restarted[1].incarnation = Incarnation(rawValue: 20)
        let changes = SlotAssignment.changes(from: ownerships(members(3)), members: restarted)
        #expect(Set(changes.map(\.slot)) == Set(ownerships(members(3)).filter { $0.owner?.rawValue == 2 }.map(\.slot)))
        #expect(changes.allSatisfy { $0.owner?.rawValue == 20 })
    }

    @Test func whatIsAlreadyAskedForIsNotAskedForAgain() {
        var wanted = ownerships(members(3))
        for grant in SlotAssignment.changes(from: wanted, members: members(4)) {
            wanted[Int(grant.slot.rawValue)].wanted = grant.owner
        }
        #expect(SlotAssignment.changes(from: wanted, members: members(4)).isEmpty)
        // The joining node died before the hand-over: the wish is taken back.
        let changes = SlotAssignment.changes(from: wanted, members: members(3))
        #expect(changes.count == wanted.count { $0.wanted != $0.owner })
        #expect(changes.allSatisfy { wanted[Int($0.slot.rawValue)].owner == $0.owner })
    }

    @Test func theAssignmentIsTheSameInEveryVersion() {
        // Known answers: another hash would move every slot in a running cluster.
        let owners = (0..<12).map { SlotAssignment.owner(of: HashSlot(rawValue: $0)!, among: members(3))?.name.last }
        #expect(String(owners.compactMap { $0 }) == "231313313133")
    }
}
