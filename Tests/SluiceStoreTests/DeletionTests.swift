import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Sequences and devices that users delete while contacts are under way: nobody waits for what is gone.
@Suite struct DeletionTests {
    /// Steps a and b; as many leads as `phones`, reserved at a.
    private static func with(
        _ phones: ClosedRange<Int>,
        _ body: @escaping @Sendable (PostgresWorld, Cluster, [Reservation]) async throws -> Void
    ) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b")])
            for phone in phones { _ = try await world.addLead("62811555000\(phone)", trigger: "a") }
            try await world.enroll()
            let cluster = try await Cluster.start(world)
            try await body(world, cluster, try await cluster.reserveAll())
            try await Counts.expectExact(world)
        }
    }

    /// What was put off for a second is looked at now.
    private static func enrollAtOnce(_ world: PostgresWorld) async throws {
        try await world.sql.query("UPDATE enrollment_intake SET not_before = now()")
        try await world.enroll()
    }

    private static let ended: String? = "sequence_deleted"

    @Test func contactsOfADeletedSequenceEndAndGiveUpTheirTrigger() async throws {
        try await Self.with(1...4) { world, cluster, open in
            try await cluster.settle([open[0]], .retry)
            try await cluster.settle([open[1]], .aborted)
            try await world.setStatus("paused", of: open[1].claim.contact)
            try await cluster.settle([open[2]], .unknown)
            try await world.sql.query("DELETE FROM sequences")
            try await world.enroll()
            let statuses = try await world.contacts().map { "\($0.status) \($0.claimState)" }
            #expect(statuses.sorted() == ["active 2", "cancelled 0", "cancelled 0", "unknown 0"])

            // One in flight, and one whose truth comes late.
            try await cluster.settle([open[2], open[3]], .sent)
            try await Self.enrollAtOnce(world)
            #expect(try await world.contacts().map(\.status) == Array(repeating: "cancelled", count: 4))
            #expect(try await world.contacts().map(\.lastError) == Array(repeating: Self.ended, count: 4))
            try await world.complete()
            #expect(try await world.leadTriggers() == [])
            let steps = try await world.sql.query("SELECT count(*) FROM sequence_steps").scalar(Int64.self)
            #expect(steps == 0)
            try await world.leader.maintain(keepDays: 30)
            #expect(try await world.sql.query("SELECT count(*) FROM branch_intake").scalar(Int64.self) == 0)
        }
    }

    /// The enrollment does not see a deletion that is not committed yet, nor the deletion the enrollment.
    @Test(arguments: [
        ("sequences", "cancelled", "sequence_deleted"), ("user_devices", "paused", "held: unknown_device"),
    ])
    func whoEnteredDuringTheDeletionIsFound(_ table: String, _ status: String, _ reason: String) async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            try await world.enroll()
            _ = try await world.addLead("628115550001", trigger: "a")
            try await world.fixture.sql2 { other in
                try await other.withTransaction { transaction in
                    try await transaction.query("DELETE FROM \(table)")
                    try await world.enroll()
                    #expect(try await world.onlyContact().status == "active")
                }
            }
            try await world.enroll()
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == (status, reason))
            try await Counts.expectExact(world)
        }
    }

    @Test func whoWaitsForABranchEndsWithTheSequence() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.addBranch("a", 1, BranchTests.fitness, next: "c")
            try await cluster.settle([reservation], .sent)
            #expect(try await world.onlyContact().status == "advance")
            try await world.sql.query("DELETE FROM sequences")
            try await world.enroll()
            #expect(try await world.onlyContact().lastError == Self.ended)
            try await Counts.expectExact(world)
        }
    }

    @Test func otherSequencesGoOn() async throws {
        try await Self.with(1...1) { world, cluster, open in
            try await cluster.settle(open, .aborted)
            let other = try await world.addSequence([StepSpec(trigger: "c", isEntry: true)])
            try await world.sql.query("DELETE FROM sequences WHERE id = $1", [.uuid(other)])
            try await world.enroll()
            #expect(try await world.onlyContact().status == "active")
            #expect(try await world.leadTriggers() == ["a"])
        }
    }

    @Test(arguments: [Outcome.retry, .sent]) func aLateTruthOnADeletedDeviceHolds(truth: Outcome) async throws {
        try await Self.with(1...1) { world, cluster, open in
            try await cluster.settle(open, .unknown)
            try await world.sql.query("DELETE FROM user_devices")
            try await cluster.settle(open, truth)
            try await world.enroll()
            #expect(try await world.onlyContact().hold == "unknown_device")
        }
    }

    @Test func aDecidedBranchOnADeletedDeviceHolds() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await BranchTests.reserved(world)
            try await world.addBranch("a", 1, BranchTests.fitness, next: "c")
            try await cluster.settle([reservation], .sent)
            try await world.sql.query("DELETE FROM user_devices")
            try await world.decide()
            try await world.enroll()
            #expect(try await world.onlyContact().hold == "unknown_device")
            try await Counts.expectExact(world)
        }
    }

    @Test func aHandThatRevivesOnADeletedDeviceHolds() async throws {
        try await Self.with(1...1) { world, cluster, open in
            try await cluster.settle(open, .aborted)
            try await world.setStatus("cancelled", of: open[0].claim.contact)
            try await world.sql.query("DELETE FROM user_devices")
            try await world.setStatus("active", of: open[0].claim.contact)
            try await world.enroll()
            #expect(try await world.onlyContact().hold == "unknown_device")
        }
    }
}
