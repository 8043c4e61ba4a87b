import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Users' transactions that stay open hold up what they are about and nobody else.
@Suite struct BlockedIntakeTests {
    private static func scene(_ world: PostgresWorld) async throws -> UUID {
        _ = try await world.addDevice()
        let sequence = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
        _ = try await world.addLead("628115550000", trigger: "a")
        try await world.enroll()
        return sequence
    }

    /// Gives 200 leads the trigger and works off the intake: how long that took and how many are enrolled in all.
    private static func enrollMore(
        _ world: PostgresWorld, from phone: Int64 = 628_115_550_000
    ) async throws -> (took: Duration, contacts: Int64) {
        try await world.fixture.sql2 { other in
            try await other.query(
                "INSERT INTO leads (phone, trigger) SELECT ($1::bigint + n)::text, 'a' FROM generate_series(1, 200) n",
                [.int64(phone)])
            let start = ContinuousClock.now
            try await world.enroll()
            let took = start.duration(to: .now)
            return (took, try await other.query("SELECT count(*) FROM sequence_contacts").scalar(Int64.self))
        }
    }

    /// What one row in the way may cost 200: eight halvings, each a wait of 25 ms and at most the whole chunk again.
    /// Held against the same work with nobody in the way, so that a machine that does much else slows both, and with
    /// room for one that stalls: a wait for each of the 200 would be five seconds.
    private static func bound(_ world: PostgresWorld) async throws -> Duration {
        try await enrollMore(world, from: 628_115_560_000).took * 20 + .seconds(1)
    }

    @Test func whoeverChangesASequenceLocksNoLane() async throws {
        try await PostgresWorld.with { world in
            _ = try await Self.scene(world)
            let bound = try await Self.bound(world)
            try await world.sql.withTransaction { transaction in
                try await transaction.query("UPDATE sequences SET priority = 1")
                let (took, contacts) = try await Self.enrollMore(world)
                #expect(contacts == 401 && took < bound, "\(took), not \(bound)")
            }
            #expect(try await world.leader.lanes().map(\.priorityClass) == [PriorityClass(priority: 1)])
            try await Counts.expectExact(world)
        }
    }

    @Test func whoeverWritesAnEnrollmentHoldsUpThatOneAlone() async throws {
        try await PostgresWorld.with { world in
            let sequence = try await Self.scene(world)
            let bound = try await Self.bound(world)
            try await world.sql.withTransaction { transaction in
                try await transaction.query(
                    "INSERT INTO sequence_contacts (sequence_id, contact_phone) VALUES ($1, '628115550077')",
                    [.uuid(sequence)])
                let (took, contacts) = try await Self.enrollMore(world)
                // All but the one that is being written.
                #expect(contacts == 400 && took < bound, "\(took), not \(bound)")
                print("one enrollment is being written: the others after \(took), at most \(bound)")
            }
            try await eventually("the intake to be empty") {
                try await world.enroll()
                return try await world.leader.intakeBacklog() == 0
            }
            #expect(try await world.contacts().count == 401)
            try await Counts.expectExact(world)
        }
    }

    @Test func whatWasPutOffFollowsWhatBecameOfTheLeadMeanwhile() async throws {
        try await PostgresWorld.with { world in
            let sequence = try await Self.scene(world)
            let lead = try await world.fixture.sql2 { other in
                try await world.sql.withTransaction { transaction in
                    try await transaction.query(
                        "INSERT INTO sequence_contacts (sequence_id, contact_phone) VALUES ($1, '628115550001')",
                        [.uuid(sequence)])
                    let lead = try await other.query(
                        "INSERT INTO leads (phone, trigger) VALUES ('628115550001', 'a') RETURNING id"
                    ).scalar(UUID.self)
                    try await world.enroll()
                    try await other.query("UPDATE leads SET trigger = NULL WHERE id = $1", [.uuid(lead)])
                    try await world.enroll()
                    try await transaction.query("DELETE FROM sequence_contacts WHERE contact_phone = '628115550001'")
                    return lead
                }
            }
            try await eventually("the intake to be empty") {
                try await world.enroll()
                return try await world.leader.intakeBacklog() == 0
            }
            let theirs = try await world.sql.query(
                "SELECT count(*) FROM sequence_contacts WHERE lead_id = $1", [.uuid(lead)])
            #expect(try theirs.scalar(Int64.self) == 0)
        }
    }
}
