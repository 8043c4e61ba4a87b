import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Which key a device's caps are counted under, and that a change of it loses none of what was sent.
@Suite struct CapKeyTests {
    private func key(of device: DeviceID, _ world: PostgresWorld) async throws -> String {
        try await world.sql.query(
            "SELECT cap_key FROM device_caps WHERE device_id = $1", [.uuid(device.rawValue)]
        ).scalar(String.self)
    }

    private func set(_ phone: String?, of device: DeviceID, _ world: PostgresWorld) async throws {
        try await world.sql.query(
            "UPDATE user_devices SET phone = $2 WHERE id = $1", [.uuid(device.rawValue), .string(phone)])
    }

    @Test func itFollowsThePhoneUnlessItWasStated() async throws {
        try await PostgresWorld.with { world in
            let devices = try await world.sql.query(
                "INSERT INTO user_devices (device_name) VALUES ('north'), ('south') RETURNING id"
            ).column(UUID.self, at: 0).map(DeviceID.init(rawValue:))
            for device in devices {
                #expect(try await key(of: device, world) == device.rawValue.uuidString.lowercased())
                try await set("+62 811-0000-001", of: device, world)
                #expect(try await key(of: device, world) == "628110000001", "one number, one cap")
            }
            try await set("628110000002", of: devices[0], world)
            #expect(try await key(of: devices[0], world) == "628110000002")
            // Stated by hand: it holds whatever the phone becomes, until that is taken back.
            try await world.sql.query(
                "UPDATE device_caps SET cap_key = 'pool' WHERE device_id = $1", [.uuid(devices[0].rawValue)])
            try await set("628110000003", of: devices[0], world)
            #expect(try await key(of: devices[0], world) == "pool")
            try await world.sql.query(
                "UPDATE device_caps SET cap_key = NULL WHERE device_id = $1", [.uuid(devices[0].rawValue)])
            #expect(try await key(of: devices[0], world) == "628110000003")
            try await set(nil, of: devices[0], world)
            #expect(try await key(of: devices[0], world) == devices[0].rawValue.uuidString.lowercased())
        }
    }

    @Test func whatWasSentUnderTheOldKeyIsBroughtAlong() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 4)
            let reservations = try await cluster.reserveAll()
            try await cluster.settle(Array(reservations.prefix(2)), .sent)
            try await cluster.settle([reservations[2]], .aborted)
            let device = reservations[0].claim.device
            try await set("628119999999", of: device, world)
            let profile = try #require(try await world.shard.devices(in: Array(HashSlot.all)).first)
            #expect(profile.hasMovedKey)
            let owned = try await world.shard.ownedSlots(cluster.node).filter { $0.slot == profile.slot }
            let found = try await world.shard.takeOver(owned, by: cluster.node, lookback: .seconds(86_400))
            #expect(found.orphans == 0)
            let brought = try #require(found.charges.keys.first)
            #expect(found.charges.count == 3 && found.charges.keys.count == 1)
            #expect(brought.capKey == "628119999999" && brought.broughtBy == device)
            #expect(brought.open.count == 1, "the one in flight")
        }
    }

    /// The owner of the old slot starts nothing more (I5, I7, I8), however late it hears of the change.
    @Test func theOldSlotReservesNothingMore() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let claims = try await cluster.claim(2).claims
            try await set("628119999999", of: claims[0].device, world)
            let verdicts = try await cluster.verdicts(claims)
            let reasons = verdicts.map {
                if case .released(let reason, let due) = $0, due != nil { reason } else { "" }
            }
            #expect(reasons == ["slot_changed", "slot_changed"])
            #expect(try await world.contacts().map(\.claimState) == [0, 0])
            #expect(try await cluster.reserveAll(ordinal: 2).count == 2, "by way of its new slot it goes on")
        }
    }

    /// The second take-over of the slot, by whomever, costs nobody a reserve.
    @Test func aChangeIsFencedOnceAndForgottenWhenItsHistoryIsOld() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let device = try await cluster.claim().claims[0].device
            try await set("628119999999", of: device, world)
            let owned = try await world.shard.ownedSlots(cluster.node)
            _ = try await world.shard.takeOver(owned, by: cluster.node, lookback: .seconds(86_400))
            try await world.sql.query("UPDATE node_fences SET reserves_from = '-infinity'")
            _ = try await world.shard.takeOver(owned, by: cluster.node, lookback: .seconds(86_400))
            let forbidden = try await world.sql.query(
                "SELECT count(*) FROM node_fences WHERE reserves_from > '-infinity'"
            ).scalar(Int64.self)
            #expect(forbidden == 0)

            for (age, hasMoved) in [("25 hours", true), ("49 hours", false)] {
                try await world.sql.query("UPDATE device_caps SET key_changed_at = now() - interval '\(age)'")
                try await world.leader.maintain(keepDays: 30)
                let profile = try #require(try await world.shard.devices(in: Array(HashSlot.all)).first)
                #expect(profile.hasMovedKey == hasMoved)
            }
        }
    }

    /// A reserve that began before the change was committed counts under the old key: the history waits for it, and one
    /// that has not come to its fence by then commits nothing.
    @Test func theHistoryWaitsForReservesUnderWay() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 1)
            let claims = try await cluster.claim().claims
            try await set("628119999999", of: claims[0].device, world)
            let owned = try await world.shard.ownedSlots(cluster.node)
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await world.fixture.sql2 { other in
                    try await other.withTransaction { transaction in
                        try await transaction.query(
                            "SELECT FROM node_fences WHERE incarnation = $1 FOR SHARE",
                            [.int64(cluster.node.rawValue)])
                        group.addTask {
                            _ = try await world.shard.takeOver(owned, by: cluster.node, lookback: .seconds(86_400))
                        }
                        try await eventually("the take-over to wait for the reserve") {
                            try await world.sql.query("SELECT count(*) FROM pg_locks WHERE NOT granted")
                                .scalar(Int64.self) > 0
                        }
                    }
                }
                try await group.waitForAll()
            }
            let since = try await world.sql.query(
                "SELECT reserves_from <= clock_timestamp() AND reserves_from > '-infinity' FROM node_fences "
                    + "WHERE incarnation = $1", [.int64(cluster.node.rawValue)]
            ).scalar(Bool.self)
            #expect(since)
            try await world.sql.query("UPDATE node_fences SET reserves_from = 'infinity'")
            #expect(try await cluster.verdicts(claims) == [.gone])
        }
    }
}
