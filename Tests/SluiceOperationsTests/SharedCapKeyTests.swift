import SluiceCore
import SluiceOperations
import Testing

/// Devices of one number that were given different caps.
@Suite struct SharedCapKeyTests {
    @Test func theStrictestCapIsWhatAContactWaitsFor() async throws {
        try await World.with { world in
            try await world.populate(leads: 2)
            var twin = NewDevice(name: "twin")
            twin.phone = "628110000001"
            twin.caps = CapValues(hourly: 1, daily: 100, concurrent: 5)
            _ = try await world.session.addDevice(twin)
            let flight = try await Flight.start(world)
            #expect(try await flight.reserve(try await flight.claim(limit: 1)).count == 1)
            let reasons = try await world.why(World.phone(0)) + world.why(World.phone(1))
            #expect(reasons.contains("at_hourly_cap"))
        }
    }
}
