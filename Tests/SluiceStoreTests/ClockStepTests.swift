import SluiceCore
import SluiceStore
import Testing

/// Steps of the database's clock, from a node's sight of one to the take-over that heeds it.
@Suite struct ClockStepTests {
    private static func isInDoubt(_ world: any StoreWorld) async throws -> Bool {
        let slots = try await world.leader.slotOwnerships().prefix(1)
        let node = Incarnation(rawValue: 1)
        return try await world.shard.takeOver(Array(slots), by: node, lookback: .seconds(60)).isClockInDoubt
    }

    @Test(arguments: StoreKind.allCases) func aTakeOverSaysThatTheDatesAreInDoubt(_ store: StoreKind) async throws {
        try await store.with { world in
            #expect(try await Self.isInDoubt(world) == false)
            try await world.shard.noteClockStep(of: .seconds(93_600), seenBy: "shard-1")
            try await world.leader.noteClockStep(of: .seconds(-3), seenBy: "coordinator-1")
            try await world.shard.noteClockStep(of: .seconds(-93_600), seenBy: "shard-1")
            #expect(try await Self.isInDoubt(world))
        }
    }

    /// What a clock that was ahead dated into the future counts from now, not from then.
    @Test(arguments: StoreKind.allCases) func noChargeIsLaterThanItCanBe(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let reservations = try await cluster.reserveAll()
            try await cluster.settle([reservations[0]], .sent)
            try await world.dateLedgerAhead(by: 93_600)
            let next = try await TakeOverTests.replace(world, cluster)
            let found = try await world.shard.takeOver(next.owned, by: next.node, lookback: .seconds(86_400))
            for charges in found.charges.keys {
                #expect(charges.settled.allSatisfy { $0 <= found.readAt })
                #expect(charges.open.allSatisfy { $0 <= found.readAt + .seconds(87) })
            }
            #expect(found.charges.count == 2)
        }
    }

    @Test func aNodeActsOnNoRenewalBeforeTheStepItShowsIsWrittenDown() async throws {
        let keeper = ClockGuard(node: "shard-1")
        func reading(_ second: Int64, ahead: Int64) -> ClockReading {
            let time = MonotonicTime(nanoseconds: second * 1_000_000_000)
            return ClockReading(
                database: DatabaseTime(microseconds: (second + ahead) * 1_000_000), sent: time, received: time)
        }
        #expect(try await keeper.check(reading(0, ahead: 0)) { _, _ in Issue.record("no step") } == nil)
        await #expect(throws: StoreError.self) {
            try await keeper.check(reading(1, ahead: 60)) { _, _ in throw StoreError.leaseLost }
        }
        var written: [String] = []
        let parting = try await keeper.check(reading(2, ahead: 60)) { parting, node in
            written.append("\(node) \(parting)")
        }
        #expect(written == ["shard-1 60.0 seconds"])
        #expect(parting == .seconds(60))
        #expect(try await keeper.check(reading(3, ahead: 60)) { _, _ in Issue.record("written already") } == nil)
    }
}
