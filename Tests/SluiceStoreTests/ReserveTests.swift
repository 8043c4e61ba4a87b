import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct ReserveTests {
    @Test(arguments: StoreKind.allCases) func returnsWhomAndWhatToSend(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let reservations = try await cluster.reserveAll()
            let reservation = try #require(reservations.first)
            #expect(reservation.recipient == "628115550001")
            #expect(reservation.content == MessageContent(kind: .text, text: "Hello", mediaURL: nil))
            #expect(reservation.campaign == "test")
            #expect(reservation.attempt == 1)
            #expect(reservation.message.generation == 1)
            let row = try await world.onlyContact()
            #expect(row.claimState == 2)
            #expect(try await world.attempts(of: row.id).map(\.state) == ["reserved"])
        }
    }

    @Test(arguments: StoreKind.allCases) func refusesAnythingNotItsOwn(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 4)
            var claims = try await cluster.claim(4).claims
            let good = claims
            claims[0].epoch = Epoch(rawValue: 99)
            claims[1].slot = HashSlot(rawValue: (claims[1].slot.rawValue + 1) % 4096)!
            claims[1].epoch = Epoch(rawValue: 5)
            claims[2].batch = BatchID(rawValue: 5)
            claims[3].contact = ContactID(rawValue: .init())
            #expect(try await cluster.verdicts(claims) == [.gone, .gone, .gone, .gone])
            let other = try await world.shard.register(node: .test("shard-2", .shard))
            let asOther = try await world.shard.reserve(
                good.map { ReserveRequest(claim: $0, deadlineAfter: .seconds(1)) }, by: other)
            #expect(asOther == [.gone, .gone, .gone, .gone])
            #expect(try await world.contacts().map(\.claimState) == [1, 1, 1, 1])
            #expect(try await cluster.reserve(good).count == 4)
            #expect(try await cluster.verdicts(good) == [.gone, .gone, .gone, .gone])
        }
    }

    @Test(arguments: StoreKind.allCases) func refusesUnderAnExpiredLease(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let claims = try await cluster.claim().claims
            try await world.lapse(cluster.node)
            #expect(try await cluster.verdicts(claims) == [.gone])
        }
    }

    @Test(arguments: StoreKind.allCases) func refusesBehindAClosedFence(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let claims = try await cluster.claim().claims
            try await world.closeFence(of: cluster.node)
            #expect(try await cluster.verdicts(claims) == [.gone])
        }
    }

    @Test(arguments: StoreKind.allCases) func suppressionsAndPausesAreChecked(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let claims = try await cluster.claim(1).claims
            try await world.suppressUnnoticed("628115550001")
            #expect(try await cluster.verdicts(claims) == [.released(reason: "suppressed", due: nil)])
            #expect(try await world.contacts()[0].status == "cancelled")

            for (scope, reason) in [("*", "paused"), ("default", "paused")] {
                try await world.pause(scope)
                try await Self.expectReleased(cluster, reason, ordinal: scope == "*" ? 2 : 3)
                try await world.resume(scope)
            }
            let claimed = try await cluster.claim(1, ordinal: 4).claims
            try await world.setSequences(active: false)
            guard case .released(reason: "sequence_paused", due: .some) = try await cluster.verdicts(claimed)[0] else {
                Issue.record("not released")
                return
            }
            try await world.setSequences(active: true)
            try await world.pauseDevices()
            try await Self.expectReleased(cluster, "device_paused", ordinal: 5)
        }
    }

    private static func expectReleased(_ cluster: Cluster, _ reason: String, ordinal: UInt32) async throws {
        var request = try await cluster.request(1, ordinal: ordinal)
        if request.shares.isEmpty {
            // A pause makes the lanes not runnable; a claim made just before it looks like this.
            let lane = try await cluster.world.leader.lanes()[0]
            let route = try await cluster.world.leader.routes()[0]
            request.shares = [
                ClaimRequest.Share(
                    lane: lane.id, device: lane.device, priorityClass: lane.priorityClass, slot: route.slot,
                    epoch: Epoch(rawValue: 1), batch: BatchID(term: cluster.term, ordinal: ordinal),
                    owner: cluster.node, limit: 1, from: LanePosition(due: DatabaseTime(microseconds: 0)))
            ]
        }
        let claims = try await cluster.world.leader.claim(request, lasting: .seconds(30)).batches.flatMap(\.claims)
        guard case .released(reason, .some) = try await cluster.verdicts(claims)[0] else {
            Issue.record("not released as \(reason)")
            return
        }
    }

    /// What is done to the only contact's world, and the reason it must be held with at the reserve.
    static let holds: [(sql: String, reason: HoldReason)] = [
        ("UPDATE sequence_contacts SET contact_phone = '12', status = 'active'", .invalidPhone),
        ("UPDATE sequence_contacts SET current_trigger = 'nowhere'", .stepMissing),
        ("UPDATE sequence_steps SET next_trigger = 'a', trigger_delay_hours = 0", .cycleWithoutDelay),
        ("UPDATE sequence_steps SET content = NULL, message_text = NULL", .emptyText),
        ("UPDATE sequence_steps SET content = E' \\n\\t'", .emptyText),
        ("UPDATE sequence_steps SET content = repeat('x', 10000000)", .textTooLong),
    ]

    @Test(arguments: holds.indices) func holdsWhatCannotBeSent(_ index: Int) async throws {
        let (change, reason) = Self.holds[index]
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            try await world.sql.query(change)
            let claims = try await cluster.claim().claims
            #expect(try await cluster.verdicts(claims) == [.released(reason: reason.rawValue, due: nil)])
            let row = try await world.onlyContact()
            #expect(row.status == "paused")
            #expect(row.hold == reason.rawValue)
            #expect(row.claimState == 0)
            try await Counts.expectExact(world)
        }
    }

    @Test func aDeviceThatIsGoneHoldsWithItsName() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let claims = try await cluster.claim(1).claims
            try await world.sql.query("DELETE FROM user_devices")
            #expect(try await world.contacts().map(\.hold) == ["unknown_device", "unknown_device"])
            #expect(try await cluster.verdicts(claims) == [.released(reason: "paused", due: nil)])
            #expect(try await world.contacts().map(\.hold) == ["unknown_device", "unknown_device"])
            try await world.sql.query(
                "INSERT INTO user_devices (id, device_name) VALUES ($1, 'again')", [.uuid(claims[0].device.rawValue)])
            try await world.enroll()
            #expect(try await world.contacts().map(\.status) == ["active", "active"])
            try await Counts.expectExact(world)
        }
    }

    @Test(arguments: StoreKind.allCases) func aContactMovedToAnotherDeviceGoesThere(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let other = try await world.addDevice("628110000002")
            let claims = try await cluster.claim().claims
            try await world.move(claims[0].contact, to: other)
            #expect(try await cluster.verdicts(claims) == [.released(reason: "device_changed", due: nil)])
            try await world.enroll()
            try await eventually("the contact to be placed") {
                try await world.enroll()
                return try await world.onlyContact().lane != nil
            }
            let again = try await cluster.claim(ordinal: 2).claims
            #expect(again.map(\.device) == [other])
        }
    }

    @Test(arguments: StoreKind.allCases) func aLockedRowDelaysOnlyItself(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let claims = try await cluster.claim(3).claims
            let locked = try #require(claims.first)
            let verdicts = try await world.whileLocked(locked.contact) { try await cluster.verdicts(claims) }
            #expect(verdicts.map { $0 == .busy } == [true, false, false])
            #expect(try await cluster.reserve([locked]).count == 1, "its claim stands")
        }
    }

    @Test(arguments: StoreKind.allCases) func releasedClaimsAreIdleAgain(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let claims = try await cluster.claim(3).claims
            let reserved = try await cluster.reserve([claims[0]])
            #expect(reserved.count == 1)
            let released = try await world.shard.release(claims)
            #expect(Set(released.map(\.claim)) == Set(claims.dropFirst()))
            #expect(try await world.shard.release(claims).isEmpty)
            #expect(try await world.openClaims() == 0)
        }
    }

    @Test(arguments: StoreKind.allCases) func openBatchesAreFoundAgain(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let claims = try await cluster.claim(3).claims
            #expect(try await world.shard.renew(cluster.node).openBatches == [claims[0].batch])
            _ = try await cluster.reserve([claims[0]])
            let open = try await world.shard.openBatch(claims[0].batch, of: cluster.node)
            let found = try #require(open)
            #expect(Set(found.claims) == Set(claims.dropFirst()))
            _ = try await cluster.reserve(found.claims)
            #expect(try await world.shard.openBatch(claims[0].batch, of: cluster.node) == nil)
            #expect(try await world.shard.renew(cluster.node).openBatches.isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases) func aReserveWhoseAnswerWasLostIsAborted(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let claims = try await cluster.claim(2).claims
            _ = try await cluster.reserve([claims[0]])
            _ = try await world.shard.release(claims)
            let aborted = try await world.shard.abortLost(claims, by: cluster.node)
            #expect(aborted.map(\.claim) == [claims[0]])
            #expect(aborted.allSatisfy { $0.due != nil })
            #expect(try await world.contacts().map(\.claimState) == [0, 0])
            #expect(try await world.attempts(of: claims[0].contact).map(\.state) == ["aborted"])
        }
    }
}
