import SluiceCore
import SluiceStore
import Testing

/// Leases, terms and slots.
@Suite struct NodeTests {
    @Test(arguments: StoreKind.allCases) func twoNodesOfOneNameAreNotAllowed(_ store: StoreKind) async throws {
        try await store.with { world in
            let first = try await world.shard.register(node: .test("shard-1", .shard))
            let error = await #expect(throws: StoreError.self) {
                _ = try await world.shard.register(node: .test("shard-1", .shard))
            }
            guard case .nameInUse("shard-1", let lapsesIn) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(lapsesIn > .zero && lapsesIn <= NodeRegistration.test("shard-1", .shard).lease)
            try await world.shard.leave(first)
            #expect(try await world.shard.register(node: .test("shard-1", .shard)) > first)
        }
    }

    @Test(arguments: StoreKind.allCases) func aLapsedLeaseCannotBeRenewed(_ store: StoreKind) async throws {
        try await store.with { world in
            let node = try await world.shard.register(node: .test("shard-1", .shard))
            _ = try await world.shard.renew(node)
            try await world.lapse(node)
            await Self.expectLeaseLost { _ = try await world.shard.renew(node) }
            #expect(try await world.leader.liveShards().members.isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases) func aFencedNodeCannotRenew(_ store: StoreKind) async throws {
        try await store.with { world in
            let node = try await world.shard.register(node: .test("shard-1", .shard))
            try await world.closeFence(of: node)
            await Self.expectLeaseLost { _ = try await world.shard.renew(node) }
        }
    }

    static func expectLeaseLost(_ body: () async throws -> Void) async {
        let error = await #expect(throws: StoreError.self) { try await body() }
        if case .leaseLost = error { return }
        Issue.record("\(String(describing: error))")
    }

    static func expectTermLost(_ body: () async throws -> Void) async {
        let error = await #expect(throws: StoreError.self) { try await body() }
        if case .termLost = error { return }
        Issue.record("\(String(describing: error))")
    }

    @Test(arguments: StoreKind.allCases) func theLeadIsTakenOnceAndPassedOn(_ store: StoreKind) async throws {
        try await store.with { world in
            let first = try await world.leader.register(node: .test("c1", .coordinator))
            let second = try await world.leader.register(node: .test("c2", .coordinator))
            let led = try await world.leader.renew(first, leading: nil)
            #expect(led.leading == Term(rawValue: 1))
            #expect(try await world.leader.renew(second, leading: nil).leading == nil)
            #expect(try await world.leader.renew(first, leading: led.leading).leading == led.leading)
            try await world.leader.leave(first, leading: led.leading)
            #expect(try await world.leader.renew(second, leading: nil).leading == Term(rawValue: 2))
            await Self.expectLeaseLost { _ = try await world.leader.renew(first, leading: led.leading) }
        }
    }

    @Test(arguments: StoreKind.allCases) func aLeaderThatForgotItsTermGetsANewOne(_ store: StoreKind) async throws {
        try await store.with { world in
            let node = try await world.leader.register(node: .test("c1", .coordinator))
            #expect(try await world.leader.renew(node, leading: nil).leading == Term(rawValue: 1))
            #expect(try await world.leader.renew(node, leading: nil).leading == Term(rawValue: 2))
        }
    }

    @Test(arguments: StoreKind.allCases) func drainingNodesAreNamed(_ store: StoreKind) async throws {
        try await store.with { world in
            let node = try await world.shard.register(node: .test("shard-1", .shard))
            try await world.shard.drain(node)
            #expect(
                try await world.leader.liveShards().members == [
                    ShardMember(incarnation: node, name: "shard-1", isDraining: true)
                ]
            )
        }
    }

    @Test(arguments: StoreKind.allCases) func aLiveOwnerKeepsItsSlotUntilItGivesItUp(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Cluster.start(world)
            let other = try await world.shard.register(node: .test("shard-2", .shard))
            let slot = HashSlot(rawValue: 7)!
            let asked = try await world.leader.assign([SlotGrant(slot: slot, owner: other)], term: cluster.term)
            #expect(asked.map(\.owner) == [cluster.node])
            #expect(asked.map(\.wanted) == [other])
            #expect(asked.map(\.epoch.rawValue) == [1])
            let version = try await world.shard.renew(other).assignmentVersion
            try await world.shard.giveUp(asked, by: cluster.node)
            #expect(try await world.shard.renew(other).assignmentVersion == version + 1)
            let owned = try await world.shard.ownedSlots(other)
            #expect(owned.map(\.slot) == [slot])
            #expect(owned.map(\.epoch.rawValue) == [2])
            // A second give-up of what it does not own changes nothing.
            try await world.shard.giveUp(asked, by: cluster.node)
            #expect(try await world.shard.ownedSlots(other).map(\.epoch.rawValue) == [2])
        }
    }

    /// A give-up whose answer was lost may be executed late, or again: what came back meanwhile stays.
    @Test(arguments: StoreKind.allCases) func givingUpAnEarlierEpochChangesNothing(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Cluster.start(world)
            let slot = HashSlot(rawValue: 7)!
            let first = try await world.leader.assign([SlotGrant(slot: slot, owner: nil)], term: cluster.term)
            try await world.shard.giveUp(first, by: cluster.node)
            let back = try await world.leader.assign([SlotGrant(slot: slot, owner: cluster.node)], term: cluster.term)
            #expect(back.map(\.epoch.rawValue) == [3])
            let version = try await world.shard.renew(cluster.node).assignmentVersion
            try await world.shard.giveUp(first, by: cluster.node)
            #expect(try await world.leader.slotOwnerships().first { $0.slot == slot } == back.first)
            #expect(try await world.shard.renew(cluster.node).assignmentVersion == version)
        }
    }

    @Test(arguments: StoreKind.allCases) func slotsOfADeadNodeAreTakenAfterItsFence(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Cluster.start(world)
            let other = try await world.shard.register(node: .test("shard-2", .shard))
            try await world.lapse(cluster.node)
            let slot = HashSlot(rawValue: 7)!
            let change = [SlotGrant(slot: slot, owner: other)]
            #expect(try await world.leader.assign(change, term: cluster.term)[0].owner == cluster.node)
            #expect(try await world.leader.fenceLapsed(term: cluster.term) == [cluster.node])
            #expect(try await world.leader.fenceLapsed(term: cluster.term).isEmpty)
            #expect(try await world.leader.assign(change, term: cluster.term)[0].owner == other)
        }
    }

    @Test(arguments: StoreKind.allCases) func anOldTermChangesNothing(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Cluster.start(world)
            let old = Term(rawValue: cluster.term.rawValue - 1)
            await Self.expectTermLost { _ = try await world.leader.fenceLapsed(term: old) }
            await Self.expectTermLost {
                _ = try await world.leader.assign(
                    [SlotGrant(slot: HashSlot(rawValue: 1)!, owner: cluster.node)], term: old)
            }
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.enroll()
            var request = try await cluster.request(5, ordinal: 1)
            request.term = old
            await Self.expectTermLost { _ = try await world.leader.claim(request, lasting: .seconds(30)) }
        }
    }
}
