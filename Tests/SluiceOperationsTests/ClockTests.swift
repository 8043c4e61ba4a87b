import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

/// Steps of the database's clock, as operators see and confirm them.
@Suite struct ClockTests {
    private static func findings(_ world: World) async -> [Finding] {
        var reader = StatusReader(world.session, natsError: "off")
        return await reader.read().findings.filter { $0.code == .clockStepped }
    }

    @Test func aStepOfTheClockIsAFindingUntilItIsConfirmed() async throws {
        try await World.with { world in
            for node in ["shard-1", "shard-2"] {
                try await world.shard.noteClockStep(of: .seconds(-93_600), seenBy: node)
            }
            let found = await Self.findings(world)
            #expect(found.map(\.severity) == [.problem])
            #expect(found.first?.message.contains("back by 1 d 2 h") ?? false, "\(found)")
            #expect(try await world.session.clockSteps().map(\.node).sorted() == ["shard-1", "shard-2"])
            let version = "SELECT sluice_control_version()"
            let before = try await world.sql.query(version).scalar(Int64.self)

            #expect(try await world.session.confirmClock(reason: "set by hand") == 2)
            #expect(try await world.session.clockSteps().isEmpty)
            #expect(try await world.sql.query(version).scalar(Int64.self) > before, "nodes look again")
            #expect(try await world.session.confirmClock(reason: nil) == 0)
            #expect(try await world.audited() == ["ann@test clock.confirm"])
        }
    }

    /// A node that died while the clock was ahead has a lease that would run for hours.
    @Test func confirmingTheClockEndsLeasesThatItMadeLong() async throws {
        try await World.with { world in
            try await world.sql.execute(
                script: """
                    INSERT INTO node_leases (incarnation, node_name, role, version, host, lease, expires_at)
                        VALUES (99, 'gone', 'shard', '', '', interval '5 seconds', now() + interval '26 hours');
                    UPDATE coordinator_lease SET incarnation = 98, expires_at = now() + interval '26 hours';
                    """)
            try await world.session.confirmClock(reason: nil)
            let longest = try await world.sql.query(
                """
                SELECT extract(epoch FROM max(t.expires_at) - clock_timestamp())::float8 FROM (
                    SELECT expires_at FROM node_leases UNION ALL SELECT expires_at FROM coordinator_lease) t
                """
            ).scalar(Double.self)
            #expect(longest <= 60)
        }
    }
}
