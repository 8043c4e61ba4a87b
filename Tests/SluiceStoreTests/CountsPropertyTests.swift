import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Random life of a small database: the counts that status pages read always equal a recount, and nobody is lost or
/// sent twice.
@Suite struct CountsPropertyTests {
    @Test(arguments: 0..<3) func countsEqualARecount(_ run: Int) async throws {
        try await PostgresWorld.with { world in
            var generator = SeededGenerator(seed: TestSeed.run(run))
            _ = try await world.addDevice()
            _ = try await world.addDevice("628110000002")
            _ = try await world.addSequence([
                StepSpec(trigger: "a", next: "b", isEntry: true), StepSpec(trigger: "b", delayHours: 1),
            ])
            _ = try await world.addSequence([StepSpec(trigger: "c", isEntry: true)], onUnknown: "continue")
            try await world.addBranch("a", 1, #"{"field": "phone", "equals": "628115550001"}"#, next: nil)
            try await world.addBranch("b", 1, #"{"field": "trigger", "contains": "c"}"#, next: "a")
            let cluster = try await Cluster.start(world)
            var open: [Reservation] = []
            for ordinal in 1...40 as ClosedRange<UInt32> {
                try await Self.act(world, cluster, &open, ordinal, &generator)
                try await Counts.expectExact(world)
            }
            try await cluster.settle(open, .sent)
            try await Counts.expectExact(world)
            let twice = try await world.sql.query(
                """
                SELECT count(*) FROM (SELECT FROM send_ledger WHERE state IN ('sent', 'unknown')
                    GROUP BY contact_id, generation, moves HAVING count(*) > 1) t
                """
            ).scalar(Int64.self)
            #expect(twice == 0, "\(TestSeed.name)")
        }
    }

    private static func act(
        _ world: PostgresWorld, _ cluster: Cluster, _ open: inout [Reservation], _ ordinal: UInt32,
        _ generator: inout SeededGenerator
    ) async throws {
        let phone = ["628115550001", "628115550002", "628115550003", "bad"].randomElement(using: &generator)!
        let trigger = ["a", "c", "a,c", nil].randomElement(using: &generator)!
        switch Int.random(in: 0..<11, using: &generator) {
        case 0: _ = try await world.addLead(phone, trigger: trigger)
        case 1:
            try await world.sql.query(
                "UPDATE leads SET trigger = $1 WHERE phone = $2", [.string(trigger), .string(phone)])
        case 2: try await world.enroll()
        case 3: try await world.complete()
        case 4, 5: open += try await cluster.reserveAll(ordinal: ordinal)
        case 6:
            let outcome = [Outcome.sent, .unknown, .retry, .permanent, .device, .aborted].randomElement(
                using: &generator)!
            let some = open.filter { _ in Bool.random(using: &generator) }
            try await cluster.settle(some, outcome)
            if outcome != .unknown { open.removeAll { reservation in some.contains(reservation) } }
        case 7: try await world.makeAllDue()
        case 8: try await world.leader.maintain(keepDays: 30)
        case 9: try await world.decide()
        default:
            let status = ["paused", "active", "cancelled"].randomElement(using: &generator)!
            try await world.sql.query(
                "UPDATE sequence_contacts SET status = $1 WHERE recipient = $2 AND status IN ('active', 'paused', 'advance')",
                [.string(status), .string(phone)])
        }
    }
}
