import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Who has told the gateway that they want nothing more.
@Suite struct GatewayOptOutTests {
    private static let person = "628115550001"
    private static let optedOut = Outcome.refused(
        Refusal(code: "21610", detail: "", isCharged: true, disposition: .optedOut))

    /// Two people in two sequences each; of what is sent to one of them the gateway says that they have opted out.
    private static func refuse(_ world: PostgresWorld) async throws {
        let device = try await world.addDevice("628111111111", workspace: "default")
        for trigger in ["a", "b"] {
            _ = try await world.addSequence(
                [StepSpec(trigger: trigger, isEntry: true)], device: device, workspace: "default", onUnknown: "hold")
        }
        for phone in [person, "628115550002"] { _ = try await world.addLead(phone, trigger: "a, b") }
        try await world.enroll()
        let cluster = try await Cluster.start(world)
        let open = try await cluster.reserveAll()
        let theirs = try #require(open.first { $0.recipient == person })
        try await cluster.settle(open.filter { $0.recipient != person }, .sent)
        try await cluster.settle([theirs], optedOut)
    }

    private static func suppressed(_ world: PostgresWorld) async throws -> [String] {
        try await world.sql.query("SELECT workspace_id || ' ' || phone || ' ' || by_message FROM suppressions")
            .column(String.self, at: 0)
    }

    @Test func theyAreSuppressedAsIfTheyHadToldUs() async throws {
        try await PostgresWorld.with { world in
            try await Self.refuse(world)
            #expect(try await world.work.waitingWork().areas.contains(.optOut))
            try await world.workOff(.optOut)

            let contacts = try await world.sql.query(
                """
                SELECT recipient || ' ' || status || ' ' || coalesce(last_error, '-') FROM sequence_contacts
                ORDER BY recipient, status
                """
            ).column(String.self, at: 0)
            #expect(
                contacts == [
                    "\(Self.person) cancelled suppressed", "\(Self.person) failed 21610",
                    "628115550002 completed -", "628115550002 completed -",
                ])
            #expect(try await Self.suppressed(world) == ["default \(Self.person) true"])
            #expect(
                try await world.sql.query("SELECT actor || ' ' || action || ' ' || target FROM audit_log")
                    .column(String.self, at: 0) == ["gateway suppressions.add \(Self.person)"])
            try await Counts.expectExact(world)
        }
    }

    @Test func everywhereIsEverywhereForWhatGatewaysSayToo() async throws {
        try await PostgresWorld.with { world in
            try await Self.refuse(world)
            let leader = PostgresCoordinatorStore(
                pools: world.fixture.coordinatorPools, optOutScope: .everywhere)
            while try await leader.work(.optOut, limit: 100).more {}
            #expect(try await Self.suppressed(world) == ["* \(Self.person) true"])
            let theirs = try await world.sql.query(
                "SELECT DISTINCT status FROM sequence_contacts WHERE recipient = $1 ORDER BY 1",
                [.string(Self.person)]
            ).column(String.self, at: 0)
            #expect(theirs == ["cancelled", "failed"])
            try await Counts.expectExact(world)
        }
    }
}
