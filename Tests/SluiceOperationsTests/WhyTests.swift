import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

@Suite struct WhyTests {
    @Test func nobodyKnowsTheNumber() async throws {
        try await World.with { world in
            let report = try await world.session.why("+62 900-000-0001")
            #expect(report.remarks.map(\.code) == ["lead_unknown"])
            #expect(!report.isKnown)
            #expect(report.enrollments.isEmpty)
        }
    }

    @Test(arguments: ["12345", "phone", "", "6281-x", "1234567890123456"])
    func aMalformedNumberIsAnError(_ given: String) async throws {
        try await World.with { world in
            await #expect(throws: OperationsError.malformedPhone(given: given)) { try await world.session.why(given) }
        }
    }

    @Test func leadsWhosePhoneIsNoneAreFoundByItAndById() async throws {
        try await World.with { world in
            _ = try await world.addDevice()
            _ = try await world.addSequence()
            let leads = [try await world.addLead("n/a"), try await world.addLead("n/a")]
            try await world.workOffIntake()
            #expect(try await world.session.why("n/a").enrollments.count == 2)
            for lead in leads {
                let report = try await world.session.why(lead.uuidString)
                #expect(report.enrollments.map { $0.reasons.map(\.code) } == [["invalid_phone"]])
                #expect(report.enrollments.first?.reasons.first?.sentence.contains("n/a") == true)
            }
        }
    }

    @Test func anUnknownContactIsAnError() async throws {
        try await World.with { world in
            await #expect(throws: OperationsError.self) { try await world.session.why(UUID().uuidString) }
        }
    }

    @Test func leadsThatAreNotEnrolled() async throws {
        try await World.with { world in
            func codes() async throws -> [String] {
                try await world.session.why(World.phone(0)).triggers.map(\.reason.code)
            }
            let lead = try await world.addLead(World.phone(0), trigger: "welcome")
            #expect(try await codes() == ["being_enrolled"])
            try await world.workOffIntake()
            #expect(try await codes() == ["no_step"])
            let sequence = try await world.addSequence()
            try await world.sql.query("UPDATE sequences SET is_active = false WHERE id = $1", [.uuid(sequence)])
            try await world.workOffIntake()
            #expect(try await codes() == ["sequence_paused"])
            try await world.sql.query("UPDATE leads SET trigger = 'welcome_2' WHERE id = $1", [.uuid(lead)])
            try await world.workOffIntake()
            #expect(try await codes() == ["no_entry_step"])
            try await world.sql.query("UPDATE leads SET trigger = NULL WHERE id = $1", [.uuid(lead)])
            try await world.workOffIntake()
            #expect(try await codes() == ["no_trigger"])
        }
    }

    @Test func aRunThatWaitsForItsPageSaysSo() async throws {
        try await World.with { world in
            try await world.sql.execute(
                script: """
                    INSERT INTO meta_pages (page_id, page_name, is_active, blocked_until, block_reason) VALUES
                        (7, 'Shop', false, NULL, NULL), (8, 'News', true, now() + interval '1 hour', 'limit'),
                        (9, 'Open', true, NULL, NULL);
                    INSERT INTO trigger_runs (recipient_user_id, page_id, status)
                        SELECT '+\(World.phone(0))', p, s FROM generate_series(7, 9) p,
                            unnest(ARRAY['queued', 'finished']) s;
                    """)
            let report = try await world.session.why(World.phone(0))
            #expect(report.isKnown && report.remarks.map(\.code) == ["page_inactive", "page_blocked"])
            #expect(report.remarks[0].sentence.contains("\"Shop\" is not active"), "\(report.remarks[0].sentence)")
            #expect(try (3_500...3_601).contains(#require(report.remarks[1].until).timeIntervalSinceNow))
            #expect(try await world.session.why(World.phone(0), in: "other").remarks.map(\.code) == ["lead_unknown"])
        }
    }

    @Test func everyPauseIsNamed() async throws {
        try await World.with { world in
            try await world.populate()
            _ = try await Flight.start(world)
            #expect(try await world.why() == ["next"])
            try await world.session.pauseDevice("north", reason: "warming")
            #expect(try await world.why() == ["device_paused"])
            try await world.session.pauseSequence("Welcome")
            #expect(try await world.why().first == "sequence_paused")
            try await world.session.pause(.workspace("default"), reason: nil)
            #expect(try await world.why().first == "workspace_paused")
            try await world.session.pause(.everything, reason: nil)
            #expect(
                try await world.why() == ["everything_paused", "workspace_paused", "sequence_paused", "device_paused"])
            try await world.session.resume(.everything)
            try await world.session.resume(.workspace("default"))
            try await world.session.resumeSequence("Welcome")
            try await world.session.resumeDevice("north")
            #expect(try await world.why() == ["next"])
        }
    }

    @Test func dueLaterSaysWhen() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.sql.query("UPDATE sequence_contacts SET next_trigger_time = now() + interval '1 day'")
            let reason = try #require(try await world.session.why(World.phone(0)).enrollments.first?.reasons.first)
            #expect(reason.code == "due_later")
            #expect(try abs(#require(reason.until).timeIntervalSinceNow - 86_400) < 60)
        }
    }

    @Test(arguments: ["disconnected", "logged_out", "not_found", "credentials_refused", "banned"])
    func aDeviceThatCannotSend(_ state: String) async throws {
        try await World.with { world in
            try await world.populate()
            _ = try await Flight.start(world)
            try await world.sql.query(
                "INSERT INTO device_states (device_id, state, until) SELECT id, $1, now() + interval '1 hour' FROM user_devices",
                [.string(state)])
            #expect(try await world.why() == ["device_\(state)"])
        }
    }

    @Test func withoutNodesItNamesThem() async throws {
        try await World.with { world in
            try await world.populate()
            #expect(try await world.why() == ["no_owner", "no_leader"])
        }
    }

    @Test func theCapIsReadFromTheLedgerWhenNobodyAnswers() async throws {
        try await World.with { world in
            try await world.populate(leads: 2)
            let flight = try await Flight.start(world)
            try await world.session.setCaps(of: "north", to: CapValues(hourly: 1, daily: 50, concurrent: 5))
            let one = Array(try await flight.reserve(try await flight.claim(limit: 1)))
            _ = try await world.shard.settle(one.map { Settlement(reservation: $0, outcome: .sent(providerID: "p")) })
            let waiting = try #require(Set([World.phone(0), World.phone(1)]).subtracting(one.map(\.recipient)).first)
            let reason = try #require(try await world.session.why(waiting).enrollments.first?.reasons.first)
            #expect(reason.code == "at_hourly_cap")
            #expect(try (3_500...3_607).contains(#require(reason.until).timeIntervalSinceNow))
        }
    }

    @Test func theWayOfOneMessage() async throws {
        try await World.with { world in
            try await world.populate()
            let flight = try await Flight.start(world)
            let claims = try await flight.claim()
            #expect(try await world.why() == ["claimed"])
            let reservations = try await flight.reserve(claims)
            #expect(try await world.why() == ["in_flight"])
            _ = try await world.shard.settle(reservations.map { Settlement(reservation: $0, outcome: .busyAnswer) })
            #expect(try await world.why() == ["due_later", "retry"])
            try await world.sql.query("UPDATE sequence_contacts SET next_trigger_time = now()")
            try await flight.send(.unknownAnswer)
            let report = try await world.session.why(World.phone(0))
            #expect(report.enrollments.first?.reasons.map(\.code) == ["unknown"])
            let words = WhyText.render(report, width: 80).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains("`sluice unknown mark-sent"))
        }
    }

    /// Between a settle and the leader's decision, and who decides is named when nobody does.
    @Test func aContactAtABranchSaysSo() async throws {
        try await World.with { world in
            try await world.populate()
            let flight = try await Flight.start(world)
            try await world.sql.query(
                """
                INSERT INTO sequence_branches (step_id, position, condition)
                SELECT id, 1, '{"field": "name", "equals": "Ann"}' FROM sequence_steps WHERE trigger = 'welcome'
                """)
            try await flight.send(.sent(providerID: nil))
            #expect(try await world.why() == ["branch_undecided"])
            try await world.sql.query("UPDATE coordinator_lease SET expires_at = now() - interval '1 second'")
            #expect(try await world.why() == ["branch_undecided", "no_leader"])
            _ = try await world.leader.decideBranches(limit: 10)
            #expect(try await world.why() == ["completed"])
        }
    }

    @Test func howItEnded() async throws {
        try await World.with { world in
            try await world.populate(leads: 3)
            let flight = try await Flight.start(world)
            try await world.session.addSuppression(World.phone(2), workspace: nil, reason: nil)
            #expect(try await world.why(World.phone(2)) == ["suppressed"])
            try await world.sql.query("UPDATE leads SET trigger = NULL WHERE phone = $1", [.string(World.phone(1))])
            try await world.workOffIntake()
            #expect(try await world.why(World.phone(1)) == ["trigger_removed"])
            try await flight.send(.permanentAnswer)
            #expect(try await world.why() == ["failed"])
        }
    }

    @Test func everyHoldReasonHasItsSentence() async throws {
        try await World.with { world in
            try await world.populate()
            let contact = try await world.onlyContact()
            for reason in HoldReason.allCases {
                try await world.sql.query(
                    "UPDATE sequence_contacts SET status = 'paused', hold_reason = $1", [.string(reason.rawValue)])
                let found = try #require(
                    try await world.session.why(contact.uuidString).enrollments.first?.reasons.first)
                #expect(found.code == reason.rawValue)
                #expect(!found.sentence.hasPrefix("It is held"))
            }
            try await world.sql.query("UPDATE sequence_contacts SET hold_reason = NULL")
            #expect(try await world.why() == ["paused_by_hand"])
        }
    }
}
