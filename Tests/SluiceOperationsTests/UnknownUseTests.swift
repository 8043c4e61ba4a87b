import PostgresDriver
import SluiceOperations
import Testing

/// Devices of which the ledger does not hold what they sent in the last day.
@Suite struct UnknownUseTests {
    @Test func theWaitIsNamedAndIsNoProblem() async throws {
        try await World.with { world in
            try await world.populate()
            #expect(try await world.why().contains("use_unknown") == false)
            try await world.sql.query("UPDATE device_caps SET history_from = now() - interval '23 hours'")
            let reasons = try await world.session.why(World.phone(0)).enrollments.flatMap(\.reasons)
            let reason = try #require(reasons.first { $0.code == "use_unknown" })
            #expect(reason.sentence.contains("count as full until"))
            #expect(reason.until != nil)
            #expect(try await held(world) == 1)
            // A day and its margin later it is known.
            try await world.sql.query("UPDATE device_caps SET history_from = now() - interval '25 hours'")
            #expect(try await world.why().contains("use_unknown") == false)
            #expect(try await held(world) == 0)
        }
    }

    /// A key is known as little as the least known of its devices.
    @Test func oneDeviceHoldsUpTheOthersOfItsNumber() async throws {
        try await World.with { world in
            try await world.populate()
            let twin = try await world.addDevice("twin")
            try await world.sql.query(
                "UPDATE device_caps SET history_from = now() WHERE device_id = $1", [.uuid(twin)])
            #expect(try await world.why().contains("use_unknown"))
            #expect(try await held(world) == 1)
        }
    }

    private func held(_ world: World) async throws -> Int {
        var reader = StatusReader(world.session)
        return await reader.read().contacts.heldByReason["use_unknown", default: 0]
    }
}
