import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import Testing

/// Contacts leave devices that are out of service, where their sequence allows it.
@Suite struct RelocateTests {
    /// Devices `north`, `south` and `west`, a sequence by `policy` that enters on `north`, and its contacts.
    private struct Scene {
        let world: PostgresWorld
        let north: DeviceID
        let south: DeviceID
        let west: DeviceID
        let sequence: UUID

        static func make(_ world: PostgresWorld, policy: String, leads: Int = 4) async throws -> Scene {
            let north = try await world.addDevice("628110000001")
            let south = try await world.addDevice("628110000002")
            let west = try await world.addDevice("628110000003")
            let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)], device: north)
            let scene = Scene(world: world, north: north, south: south, west: west, sequence: sequence)
            try await scene.set(policy: "sticky")
            for n in 0..<leads { _ = try await world.addLead("\(628_115_550_001 + n)", trigger: "a") }
            try await world.enroll()
            try await scene.set(policy: policy)
            return scene
        }

        func set(policy: String) async throws {
            try await world.sql.query(
                "UPDATE sequences SET device_choice = $2 WHERE id = $1", [.uuid(sequence), .string(policy)])
        }

        /// Sets a state that has lasted for `seconds`.
        func set(_ device: DeviceID, _ state: String, for seconds: Int = 0) async throws {
            try await world.sql.query(
                """
                INSERT INTO device_states (device_id, state, since, observed_at)
                VALUES ($1, $2, now() - $3::int * interval '1 second', now() - $3::int * interval '1 second')
                ON CONFLICT (device_id) DO UPDATE SET state = excluded.state, since = excluded.since,
                    observed_at = excluded.observed_at
                """, [.uuid(device.rawValue), .string(state), .int32(Int32(seconds))])
        }

        func pause(_ device: DeviceID, _ isPaused: Bool = true) async throws {
            try await world.sql.query(
                "UPDATE device_caps SET paused_at = CASE WHEN $2::bool THEN now() END WHERE device_id = $1",
                [.uuid(device.rawValue), .bool(isPaused)])
        }

        /// Works off everything there is to move.
        @discardableResult
        func relocate(limit: Int = 100) async throws -> (moved: Int, lanes: [LaneDue]) {
            var all: (moved: Int, lanes: [LaneDue]) = (0, [])
            while true {
                let result = try await world.leader.relocate(limit: limit)
                all.moved += result.processed
                all.lanes += result.lanes
                guard result.more else { return all }
            }
        }

        /// How many contacts each of north, south and west has.
        func spread() async throws -> [Int] {
            let rows = try await world.contacts()
            let lanes = Dictionary(
                uniqueKeysWithValues: try await world.leader.lanes().map { ($0.id, $0.device) })
            for row in rows { #expect(row.lane.flatMap { lanes[$0] } == row.device) }
            return [north, south, west].map { device in rows.count { $0.device == device } }
        }
    }

    @Test(arguments: ["prefer", "any"], ["logged_out", "not_found", "banned", "disconnected", "paused"])
    func theyMoveToTheLeastLoadedDevices(_ policy: String, _ state: String) async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: policy)
            if state == "paused" {
                try await scene.pause(scene.north)
            } else {
                try await scene.set(scene.north, state, for: 121)
            }
            let (moved, lanes) = try await scene.relocate()
            #expect(moved == 4)
            #expect(try await scene.spread() == [0, 2, 2])
            // The leader is told of the lanes that got work, and when it is due.
            #expect(Set(lanes.map(\.lane)) == Set(try await world.contacts().compactMap(\.lane)))
            #expect(try await scene.relocate().moved == 0)
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().count == 4)
            try await Counts.expectExact(world)
        }
    }

    @Test func aStickyContactWaitsForItsDevice() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "sticky")
            try await scene.set(scene.north, "banned", for: 9_999)
            #expect(try await scene.relocate().moved == 0)
            #expect(try await scene.spread() == [4, 0, 0])
        }
    }

    @Test func aShortDisconnectionMovesNobody() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "any")
            try await scene.set(scene.north, "disconnected", for: 60)
            #expect(try await scene.relocate().moved == 0)
        }
    }

    @Test func aUsedUpCapMovesNobody() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "any")
            try await world.sql.query("UPDATE device_caps SET hourly_cap = 1")
            let cluster = try await Cluster.start(world)
            try await cluster.settle(try await cluster.reserve(try await cluster.claim(1).claims), .sent)
            #expect(try await scene.relocate().moved == 0)
            #expect(try await scene.spread() == [4, 0, 0])
        }
    }

    @Test func whatIsClaimedOrReservedOrEndedStays() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "any", leads: 5)
            let cluster = try await Cluster.start(world)
            let claims = try await cluster.claim(2).claims
            let reserved = try await cluster.reserve([claims[0]])
            let held = try #require(try await world.contacts().first { $0.claimState == 0 })
            try await world.setStatus("paused", of: held.id)
            try await scene.set(scene.north, "logged_out")
            #expect(try await scene.relocate().moved == 2)
            #expect(try await scene.spread() == [3, 1, 1])
            // What a refusal by the device leaves idle is found by the next look.
            try await cluster.settle(reserved, .device)
            #expect(try await scene.relocate().moved == 1)
        }
    }

    @Test func theyMoveInChunksAndARepetitionMovesNothingTwice() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "prefer", leads: 25)
            try await scene.set(scene.north, "logged_out")
            let first = try await world.leader.relocate(limit: 10)
            #expect(first.processed == 10)
            #expect(first.more)
            // Two leaders at once.
            async let left = scene.relocate(limit: 10)
            async let right = scene.relocate(limit: 10)
            let (one, other) = (try await left, try await right)
            #expect(one.moved + other.moved + (try await scene.relocate().moved) == 15)
            let spread = try await scene.spread()
            #expect(spread[0] == 0)
            #expect(abs(spread[1] - spread[2]) <= 3)
        }
    }

    @Test func nothingCrossesAWorkspace() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "any")
            _ = try await world.addDevice("628110000009", workspace: "other")
            for device in [scene.north, scene.south, scene.west] { try await scene.set(device, "logged_out") }
            #expect(try await scene.relocate().moved == 0)
            #expect(try await scene.spread() == [4, 0, 0])
        }
    }

    @Test func onlyThosePreferringReturn() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "prefer")
            try await scene.set(scene.north, "logged_out")
            try await scene.relocate()
            try await scene.set(scene.south, "banned")
            try await scene.relocate()
            #expect(try await scene.spread() == [0, 0, 4])
            try await scene.set(scene.north, "connected", for: 60)
            #expect(try await scene.relocate().moved == 0, "it has just come back")
            try await scene.set(scene.north, "connected", for: 121)
            let (moved, lanes) = try await scene.relocate()
            #expect(moved == 4)
            #expect(lanes.count == 1)
            #expect(try await scene.spread() == [4, 0, 0])
            #expect(try await scene.relocate().moved == 0)
            // Any device is as good as any other.
            try await scene.set(policy: "any")
            try await scene.pause(scene.north)
            try await scene.relocate()
            try await scene.pause(scene.north, false)
            #expect(try await scene.relocate().moved == 0)
            #expect(try await scene.spread() == [0, 0, 4])
        }
    }

    @Test func whoeverIsGivenADeviceByHandStaysThere() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "prefer", leads: 1)
            try await scene.pause(scene.north)
            try await scene.relocate()
            let other = try await world.onlyContact().device == scene.south ? scene.west : scene.south
            try await world.sql.query(
                "UPDATE sequence_contacts SET assigned_device_id = $1", [.uuid(other.rawValue)])
            try await world.enroll()
            try await scene.pause(scene.north, false)
            #expect(try await scene.relocate().moved == 0)
            #expect(try await world.onlyContact().device == other)
        }
    }

    @Test func aSequenceThatPrefersNoMoreForgets() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "prefer", leads: 2)
            try await scene.pause(scene.north)
            try await scene.relocate()
            try await scene.set(policy: "sticky")
            try await scene.pause(scene.north, false)
            try await scene.relocate()
            #expect(try await scene.spread() == [0, 1, 1])
            #expect(try await scene.relocate().moved == 0)
        }
    }

    // MARK: Enrollment

    @Test(arguments: [("sticky", [0, 0, 4]), ("prefer", [0, 0, 4]), ("any", [1, 1, 2])])
    func whereAnEnrollmentBegins(_ policy: String, _ spread: [Int]) async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: policy, leads: 0)
            for n in 0..<4 { _ = try await world.addLead("\(628_115_550_001 + n)", trigger: "a") }
            try await world.enroll()
            #expect(try await scene.spread().sorted() == spread)
            if policy != "any" { #expect(try await scene.spread()[0] == 4) }
        }
    }

    @Test(arguments: [
        ("sticky", [4, 0, 0], [4, 0, 0]), ("prefer", [0, 2, 2], [4, 0, 0]), ("any", [0, 2, 2], [0, 2, 2]),
    ])
    func whereItBeginsWhenItsDeviceIsOut(_ policy: String, _ away: [Int], _ back: [Int]) async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: policy, leads: 0)
            try await scene.pause(scene.north)
            for n in 0..<2 { _ = try await world.addLead("\(628_115_550_001 + n)", trigger: "a") }
            // The same for whom somebody writes into the queue.
            try await world.sql.query(
                """
                INSERT INTO sequence_contacts (sequence_id, contact_phone)
                SELECT $1, (628115550003 + n)::text FROM generate_series(0, 1) n
                """, [.uuid(scene.sequence)])
            try await world.enroll()
            #expect(try await scene.spread() == away)
            try await scene.pause(scene.north, false)
            try await scene.relocate()
            #expect(try await scene.spread() == back)
        }
    }

    @Test func withoutAnyDeviceThatCanSendItStaysOnItsOwn() async throws {
        try await PostgresWorld.with { world in
            let scene = try await Scene.make(world, policy: "prefer", leads: 0)
            for device in [scene.north, scene.south, scene.west] { try await scene.pause(device) }
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.enroll()
            #expect(try await scene.spread() == [1, 0, 0])
        }
    }

    // MARK: How long

    @Test func trialsInBetweenDoNotMakeATroubleNew() async throws {
        try await PostgresWorld.with { world in
            let device = try await world.addDevice()
            func since() async throws -> Double {
                try await world.sql.query("SELECT extract(epoch FROM now() - since)::float8 FROM device_states")
                    .scalar(Double.self)
            }
            try await world.shard.record(.disconnected, detail: "E", of: device)
            try await world.sql.query("UPDATE device_states SET since = since - interval '50 seconds'")
            try await world.shard.record(.connected, detail: "tried_again", of: device)
            try await world.shard.record(.disconnected, detail: "E", of: device)
            #expect(try await since() >= 50)
            try await world.shard.record(.connected, detail: "polled", of: device)
            #expect(try await since() < 50)
        }
    }
}
