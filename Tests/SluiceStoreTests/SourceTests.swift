import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// A source switches all its contacts by one row.
@Suite struct SourceTests {
    /// - Parameter settings: what an operator set of the campaign's source before anybody entered it, as SQL.
    static func withCampaign(
        contacts: Int, devices: Int = 3, settings: String? = nil,
        _ body: @escaping @Sendable (PostgresWorld, Cluster) async throws -> Void
    ) async throws {
        try await PostgresWorld.with { world in
            for device in 0..<devices { _ = try await world.addDevice("62800000000\(device)", workspace: "default") }
            try await world.addSource("campaign", "run-1", priority: 100)
            if let settings { try await world.sql.query("UPDATE sources SET \(settings) WHERE source_id = 'run-1'") }
            try await world.addStep("hello", text: "Hello", next: nil)
            try await world.enter(
                (0..<contacts).map { number in
                    var entry = Entry(
                        workspace: "default", kind: "campaign", source: "run-1",
                        recipient: "\(629_000_000_000 + number)")
                    entry.step = "hello"
                    return entry
                })
            try await body(world, try await Cluster.start(world))
        }
    }

    @Test func aSequenceIsASource() async throws {
        try await PostgresWorld.with { world in
            let id = try await world.addSequence([StepSpec(trigger: "a", isEntry: true)])
            let key = id.uuidString.lowercased()
            #expect(try await world.sourceState("sequence", key) == "running")
            try await world.setSequences(active: false)
            #expect(try await world.sourceState("sequence", key) == "paused")
            try await world.sql.query("UPDATE sequences SET priority = 3, name = 'new', max_delay_seconds = 9")
            let row = try await world.sql.query("SELECT * FROM sources WHERE source_id = $1", [.string(key)])[0]
            #expect(try row.decode(Int32.self, "priority") == 3)
            #expect(try row.decode(String?.self, "name") == "new")
            #expect(try row.decode(Int32?.self, "max_delay_seconds") == 9)
            try await world.sql.query("DELETE FROM sequences")
            #expect(try await world.sourceState("sequence", key) == nil)
        }
    }

    @Test func lanesOfAPausedSourceAreNotRunnable() async throws {
        try await Self.withCampaign(contacts: 30) { world, cluster in
            #expect(try await world.leader.lanes().map(\.isRunnable) == [true, true, true])
            let version = try await world.controlVersion()
            try await world.setSource("run-1", "paused")
            #expect(try await world.leader.lanes().allSatisfy { !$0.isRunnable })
            #expect(try await world.controlVersion() > version)
            try await world.setSource("run-1", "running")
            #expect(try await cluster.reserveAll().count == 30)
        }
    }

    @Test func aReserveAsksTheSourceAgain() async throws {
        try await Self.withCampaign(contacts: 12) { world, cluster in
            let claims = try await cluster.claim(1).claims
            try await world.setSource("run-1", "paused")
            for verdict in try await cluster.verdicts(claims) {
                guard case .released(reason: "campaign_paused", due: .some) = verdict else {
                    Issue.record("\(verdict)")
                    continue
                }
            }
            try await world.setSource("run-1", "running")
            let again = try await cluster.claim(1, ordinal: 2).claims
            try await world.setSource("run-1", "cancelled")
            #expect(
                try await cluster.verdicts(again)
                    == again.map { _ in .released(reason: "source_cancelled", due: nil) })
            #expect(try await world.contacts().filter { $0.status == "cancelled" }.count == again.count)
            try await Counts.expectExact(world)
        }
    }

    @Test func aCancelledSourceIsCleanedUpInChunks() async throws {
        try await Self.withCampaign(contacts: 100) { world, cluster in
            let flying = try await cluster.reserve(try await cluster.claim(2).claims)
            #expect(try await world.inFlight("campaign") == 6)
            let held = try await world.contacts().first { $0.claimState == 0 }
            try await world.sql.query(
                "UPDATE sequence_contacts SET status = 'paused' WHERE id = $1", [.uuid(held!.id.rawValue)])
            try await world.setSource("run-1", "cancelled")
            try await cluster.settle(Array(flying.prefix(1)), .sent)
            // Nothing of it is claimed from here on, whatever is cleaned up already.
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            var chunks = 0
            while try await world.work.work(.cleanup, limit: 20).more { chunks += 1 }
            #expect(chunks > 4)
            try await cluster.settle(Array(flying.dropFirst()), .sent)
            let statuses = try await world.contacts().map(\.status)
            #expect(statuses.filter { $0 == "cancelled" }.count == 99)
            #expect(statuses.filter { $0 == "completed" }.count == 1)
            #expect(try await world.inFlight("campaign") == 0)
            #expect(try await world.attempts(of: flying[3].claim.contact).map(\.state) == ["sent"])
            try await Counts.expectExact(world)
        }
    }

    @Test func cancellingIsFinalAndOneStatement() async throws {
        try await Self.withCampaign(contacts: 5) { world, _ in
            try await world.setSource("run-1", "cancelled")
            await #expect(throws: PostgresError.self) { try await world.setSource("run-1", "running") }
            #expect(try await world.work.waitingWork().areas == [.cleanup])
            try await world.sql.query("UPDATE source_cleanups SET since = now() - interval '1 minute'")
            while try await world.work.work(.cleanup, limit: 1000).more {}
            try await world.sql.query("UPDATE source_cleanups SET try_at = now()")
            while try await world.work.work(.cleanup, limit: 1000).more {}
            #expect(try await world.work.waitingWork().areas == [])
        }
    }

    @Test func aLateMessageIsDroppedAndCounted() async throws {
        try await Self.withCampaign(contacts: 3) { world, cluster in
            try await world.sql.query(
                "UPDATE sequence_contacts SET expires_at = now() WHERE recipient = '629000000001'")
            let verdicts = try await cluster.verdicts(try await cluster.claim().claims)
            #expect(verdicts.filter { $0 == .released(reason: "expired", due: nil) }.count == 1)
            let late = try #require(try await world.contacts().first { $0.lastError == "expired" })
            #expect(late.status == "cancelled" && late.recipient == "629000000001")
            try await Counts.expectExact(world)
        }
    }

    @Test func whatIsUnknownFollowsItsSource() async throws {
        for policy in ["hold", "continue"] {
            try await Self.withCampaign(contacts: 3) { world, cluster in
                try await world.sql.query("UPDATE sources SET on_unknown = $1", [.string(policy)])
                try await cluster.settle(try await cluster.reserveAll(), .unknown)
                let statuses = Set(try await world.contacts().map(\.status))
                #expect(statuses == [policy == "hold" ? "unknown" : "completed"])
            }
        }
    }

    @Test func aStepWaitsItsSeconds() async throws {
        try await Self.withCampaign(contacts: 1) { world, cluster in
            try await world.addStep("second", text: "Again", next: nil)
            try await world.sql.query(
                """
                UPDATE sequence_steps SET delay_seconds = 2, trigger_delay_hours = 48, next_trigger = 'second'
                WHERE trigger = 'hello'
                """)
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            let contact = try await world.contacts()[0]
            #expect(contact.trigger == "second" && 1...2.1 ~= contact.dueIn ?? 0)
        }
    }
}

extension PostgresWorld {
    func addSource(_ kind: String, _ id: String, priority: Int32, workspace: String = "default") async throws {
        try await sql.query(
            "INSERT INTO sources (kind, source_id, name, priority, workspace_id) VALUES ($1, $2, $2, $3, $4)",
            [.string(kind), .string(id), .int32(priority), .string(workspace)])
    }

    func addStep(_ trigger: String, text: String, next: String?) async throws {
        try await sql.query(
            "INSERT INTO sequence_steps (trigger, content, next_trigger) VALUES ($1, $2, $3)",
            [.string(trigger), .string(text), .string(next)])
    }

    func setSource(_ id: String, _ state: String) async throws {
        try await sql.query("UPDATE sources SET state = $2 WHERE source_id = $1", [.string(id), .string(state)])
    }

    func sourceState(_ kind: String, _ id: String) async throws -> String? {
        try await sql.query(
            "SELECT state FROM sources WHERE kind = $1 AND source_id = $2", [.string(kind), .string(id)]
        )
        .column(String.self, at: 0).first
    }

    func controlVersion() async throws -> Int64 {
        try await sql.query("SELECT sluice_control_version()").scalar(Int64.self)
    }

    func inFlight(_ kind: String) async throws -> Int64 {
        try await sql.query(
            "SELECT coalesce(sum(n), 0)::bigint FROM in_flight_counts WHERE kind = $1", [.string(kind)]
        ).scalar(Int64.self)
    }

    /// As the leader enters people.
    @discardableResult
    func enter(_ entries: [Entry]) async throws -> [EntryVerdict] {
        try await (leader as! PostgresCoordinatorStore).enter(entries).verdicts
    }
}
