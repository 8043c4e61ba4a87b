import SluiceCore
import SluiceStore
import Testing

@Suite struct ClaimTests {
    /// One device with `count` contacts due, the first longest ago.
    static func scene(_ world: any StoreWorld, contacts count: Int) async throws -> Cluster {
        let device = try await world.addDevice()
        _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)], device: device)
        try await world.addLeads((1...count).map { "\(628_115_550_000 + $0)" }, trigger: "a")
        try await world.enroll()
        let rows = try await world.contacts()
        try await world.setDue(
            Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($0.element.id, Double($0.offset) - 3_600) }))
        return try await Cluster.start(world)
    }

    @Test(arguments: StoreKind.allCases) func takesNoMoreThanItsLimitOldestFirst(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 5)
            let (claims, result) = try await cluster.claim(3)
            let rows = try await world.contacts()
            #expect(Set(claims.map(\.contact)) == Set(rows.prefix(3).map(\.id)))
            #expect(rows.map(\.claimState) == [1, 1, 1, 0, 0])
            #expect(result.batches.count == 1)
            // The next one is due in the past, and never later than the truth.
            let next = try #require(result.next[claims[0].lane] ?? nil)
            #expect(next.due == rows[3].due && next.contact == rows[3].id)
        }
    }

    @Test(arguments: StoreKind.allCases) func goesOnAmongThoseDueAtOneInstant(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 6)
            let ids = try await world.contacts().map(\.id).sorted { $0.rawValue < $1.rawValue }
            try await world.setDue(Dictionary(uniqueKeysWithValues: ids.map { ($0, -60) }))
            let (claims, result) = try await cluster.claim(2)
            #expect(Set(claims.map(\.contact)) == Set(ids.prefix(2)))
            let next = try #require(result.next[claims[0].lane] ?? nil)
            #expect(next.contact == ids[2])
            var request = try await cluster.request(2, ordinal: 2)
            #expect(request.shares.map(\.from) == [next], "what a look at the lane says")
            request.shares[0].from.contact = ids[3]
            let later = try await world.leader.claim(request, lasting: .seconds(30))
            #expect(Set(later.batches.flatMap(\.claims).map(\.contact)) == Set(ids[3...4]))
            #expect(later.next[claims[0].lane] == .some(LanePosition(due: next.due, contact: ids[5])))
        }
    }

    @Test(arguments: StoreKind.allCases) func saysThatALaneHasNothingLeft(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 2)
            let (claims, result) = try await cluster.claim(3)
            #expect(claims.count == 2)
            #expect(result.next[claims[0].lane] == .some(nil))
        }
    }

    @Test(arguments: StoreKind.allCases) func saysWhenWhatIsNotDueYetWillBe(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 2)
            try await world.setDue([try await world.contacts()[1].id: 86_400])
            let (claims, result) = try await cluster.claim(3)
            #expect(claims.count == 1)
            let next = try #require(result.next[claims[0].lane] ?? nil)
            #expect(try await world.contacts()[1].due == next.due)
        }
    }

    @Test(arguments: StoreKind.allCases) func skipsLockedRowsAndStillNamesThem(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            try await world.whileLocked(try await world.contacts()[0].id) {
                let (claims, result) = try await cluster.claim(1)
                #expect(try await world.contacts().map(\.claimState) == [0, 1, 0])
                #expect(claims.count == 1)
                #expect(result.next[claims[0].lane] != .some(nil))
            }
        }
    }

    @Test(arguments: StoreKind.allCases) func twoClaimersNeverTakeTheSameRow(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 400)
            let claims = try await withThrowingTaskGroup(of: [Claim].self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var mine: [Claim] = []
                        for round in 0..<30 {
                            mine += try await cluster.claim(5, ordinal: UInt32(worker * 100 + round)).claims
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claims.count == 400)
            #expect(Set(claims.map(\.contact)).count == 400)
        }
    }

    @Test(arguments: StoreKind.allCases) func takesNothingThatIsPausedOrEnded(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            let rows = try await world.contacts()
            try await world.setStatus("paused", of: rows[0].id)
            try await world.setStatus("cancelled", of: rows[1].id)
            #expect(try await cluster.claim().claims.map(\.contact) == [rows[2].id])
        }
    }

    @Test(arguments: StoreKind.allCases) func pausedLanesAreNotRunnable(_ store: StoreKind) async throws {
        try await store.with { world in
            _ = try await Self.scene(world, contacts: 1)
            #expect(try await world.leader.lanes().map(\.isRunnable) == [true])
            try await world.setSequences(active: false)
            #expect(try await world.leader.lanes().map(\.isRunnable) == [false])
            try await world.setSequences(active: true)
            try await world.pause("default")
            #expect(try await world.leader.lanes().map(\.isRunnable) == [false])
            try await world.resume("default")
            let lanes = try await world.leader.lanes()
            #expect(lanes.map(\.isRunnable) == [true])
            #expect(try await world.leader.lanes(lanes.map(\.id)) == lanes)
        }
    }

    @Test(arguments: StoreKind.allCases) func anExpiredBatchReturns(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            let (claims, _) = try await cluster.claim(3, lasting: .milliseconds(1))
            let reserved = try await cluster.reserve([claims[0]])
            try await world.delete(claims[1].contact)
            let later = DatabaseTime(microseconds: .max)
            #expect(try await world.leader.takeBack(expiredAfter: later, olderThan: nil, limit: 10).batches == 0)
            let taken = try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10)
            #expect(reserved.count == 1)
            #expect(taken.claims.map(\.count).reduce(0, +) == 2)
            #expect(taken.lanes.count == 1)
            #expect(taken.batches == 1)
            #expect(try await world.contacts().map(\.claimState).sorted() == [0, 2])
            #expect(try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: nil, limit: 10).batches == 0)
        }
    }

    @Test(arguments: StoreKind.allCases) func anOldTermsBatchReturns(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await Self.scene(world, contacts: 3)
            let (claims, _) = try await cluster.claim(3)
            #expect(
                try await world.leader.takeBack(expiredAfter: .distantPast, olderThan: cluster.term, limit: 10).batches
                    == 0)
            let taken = try await world.leader.takeBack(
                expiredAfter: .distantPast, olderThan: Term(rawValue: cluster.term.rawValue + 1), limit: 10)
            #expect(taken.claims.map(\.count) == [3])
            #expect(try await cluster.verdicts(claims) == [.gone, .gone, .gone])
        }
    }
}
