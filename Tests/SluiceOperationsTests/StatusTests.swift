import Foundation
import NATSDriver
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import SluiceWire
import TestSupport
import Testing

@Suite struct StatusTests {
    private func codes(_ report: StatusReport) -> [FindingCode] { report.findings.map(\.code) }

    @Test func anUnreachableDatabaseIsStatusTwo() async throws {
        let configuration = try PostgresConfiguration("postgresql://127.0.0.1:1/none")
        let pool = PostgresPool(
            configuration, limits: PostgresPoolConfiguration(maximumConnections: 1, minimumConnections: 0))
        let report = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run() }
            let subjects = try #require(Subjects(cluster: "test"))
            var reader = StatusReader(
                OperatorSession(database: pool, nats: nil, subjects: subjects, actor: "a"), natsError: "refused")
            let report = await reader.read()
            group.cancelAll()
            return report
        }
        #expect(codes(report) == [.databaseUnreachable, .natsUnreachable])
        #expect(report.findings[0].message.contains("connections? Check that"), "\(report.findings[0].message)")
        #expect(report.health.exitStatus == 2)
        #expect(StatusText.render(report, width: 80).hasPrefix("unreachable"))
    }

    @Test func anEmptyDatabaseNeedsAMigration() async throws {
        try await TestDatabase.with { database in
            try await PostgresConnection.withConnection(database.configuration) { connection in
                let subjects = try #require(Subjects(cluster: "test"))
                var reader = StatusReader(
                    OperatorSession(database: connection, nats: nil, subjects: subjects, actor: "a"), natsError: "off")
                let report = await reader.read()
                #expect(codes(report) == [.natsUnreachable, .migrationNeeded])
                #expect(report.health.exitStatus == 1)
            }
        }
    }

    @Test func aSchemaNewerThanTheBuild() async throws {
        try await World.with { world in
            try await world.sql.query("INSERT INTO sluice_schema (version, build) VALUES (99, 'later')")
            var reader = StatusReader(world.session)
            #expect(codes(await reader.read()) == [.schemaTooNew])
        }
    }

    @Test func aClusterThatNobodyRuns() async throws {
        try await World.with { world in
            try await world.populate()
            var reader = StatusReader(world.session, natsError: "connection refused")
            let report = await reader.read()
            #expect(codes(report) == [.natsUnreachable, .noLeader, .noShards])
            #expect(report.health == .degraded)
            #expect(report.contacts.due == 1)
            #expect(report.devices.byState == ["connected": 1])
        }
    }

    @Test func aHealthyClusterAnswersOverNATS() async throws {
        let server = try await EphemeralNATS.start()
        defer { server.stop() }
        try await NATSConnection.withConnection(NATSOptions(url: server.url)) { nats in
            try await World.with(nats: nats) { world in
                try await world.populate()
                let flight = try await Flight.start(world)
                try await FakeNodes.answering(nats, world.session.subjects, flight) {
                    var reader = StatusReader(world.session)
                    let report = await reader.read()
                    #expect(report.findings.isEmpty)
                    #expect(report.health.exitStatus == 0)
                    #expect(report.nodes.map(\.state) == [.live, .live])
                    #expect(report.nodes.filter(\.isLeader).map(\.name) == ["coordinator-1"])
                    #expect(report.lastMinute?.sent == 7)
                    #expect(report.devices.atHourlyCap == 2)
                    #expect(report.contacts.due == 1)
                }
                var reader = StatusReader(world.session)
                let silent = await reader.read()
                #expect(codes(silent) == [.leaderSilent, .nodeSilent])
            }
        }
    }

    @Test func whatIsDueIsCountedByWhatHoldsIt() async throws {
        try await World.with { world in
            try await world.populate(leads: 5)
            let flight = try await Flight.start(world)
            var reader = StatusReader(world.session)
            let idle = await reader.read()
            #expect(idle.contacts.due == 5)
            #expect(idle.contacts.heldByReason.isEmpty)
            let claims = try await flight.claim(limit: 2)
            _ = try await flight.reserve(Array(claims.prefix(1)))
            try await world.session.pauseDevice("north", reason: nil)
            let paused = await reader.read()
            #expect(paused.contacts.due == 3)
            #expect(paused.contacts.claimed == 1)
            #expect(paused.contacts.reserved == 1)
            #expect(paused.contacts.heldByReason == ["device_paused": 3])
            #expect(paused.contacts.waiting == 0)
            #expect(paused.oldestDueWithCapacitySeconds == nil)
            try await world.session.resumeDevice("north")
            try await world.session.setCaps(of: "north", to: CapValues(hourly: 1, daily: 10, concurrent: 1))
            var fresh = StatusReader(world.session)
            #expect(await fresh.read().contacts.heldByReason == ["at_hourly_cap": 3])
        }
    }

    @Test func everyTroubleHasItsCode() async throws {
        try await World.with { world in
            try await world.populate(leads: 3)
            let flight = try await Flight.start(world)
            try await flight.send(.unknownAnswer)
            try await world.addLead(World.phone(7))
            try await world.workOffIntake()
            try await world.sql.execute(
                script: """
                    UPDATE sequence_contacts SET next_trigger_time = now() - interval '1 minute' WHERE status =
                        'active';
                    INSERT INTO device_states (device_id, state) SELECT id, 'logged_out' FROM user_devices;
                    INSERT INTO pauses (scope) VALUES ('other');
                    UPDATE sequence_steps SET next_trigger = 'nowhere' WHERE trigger = 'welcome_2';
                    ALTER TABLE send_ledger DETACH PARTITION \(try await world.tomorrow());
                    DROP TABLE \(try await world.tomorrow());
                    UPDATE node_leases SET expires_at = now() - interval '1 second' WHERE role = 'shard';
                    INSERT INTO enrollment_intake (op, lead_id, workspace_id, trigger, not_before)
                        SELECT 'add', id, 'default', 'x', now() - interval '5 minutes' FROM leads LIMIT 1;
                    """)
            var reader = StatusReader(world.session)
            let report = await reader.read()
            #expect(
                Set(codes(report)) == [
                    .leaderSilent, .leaseLapsed, .noShards, .ledgerDayMissing, .intakeOld, .unknownContacts,
                    .devicesLoggedOut,
                    .workspacePaused, .nextStepMissing,
                ])
            #expect(report.findings.last?.severity == .note)
        }
    }

    @Test func webhooksThatWereSwitchedOff() async throws {
        try await World.with { world in
            let off = try await world.session.addWebhook("https://shop.example.com/a", events: [], in: "default")
                .webhookId
            _ = try await world.session.addWebhook("https://shop.example.com/b", events: [], in: "default")
            try await world.sql.query(
                "UPDATE webhook_endpoints SET is_active = false, problem = 'it answered 410: gone' WHERE id = $1",
                [.string(off)])
            var reader = StatusReader(world.session)
            let finding = try #require(await reader.read().findings.first { $0.code == .webhooksOff })
            #expect(finding.severity == .note)
            #expect(finding.message.hasSuffix("\(off) of \"default\", it answered 410: gone"), "\(finding.message)")
            try await world.session.removeWebhook(off, in: "default")
            #expect(!codes(await reader.read()).contains(.webhooksOff))
        }
    }

    @Test func contactsThatWaitTooLong() async throws {
        try await World.with { world in
            try await world.populate(leads: 2)
            let flight = try await Flight.start(world)
            _ = try await flight.claim(limit: 1)
            try await world.sql.execute(
                script: """
                    UPDATE sequence_contacts SET next_trigger_time = now() - interval '1 minute',
                        processing_started_at = processing_started_at - interval '10 minutes'
                    """)
            var reader = StatusReader(world.session, natsError: "off")
            #expect(codes(await reader.read()) == [.natsUnreachable, .backlogOld, .stuckProcessing])
        }
    }

    /// A row that the database refuses is out of the others' way, and an operator hears of it until it is mended.
    @Test func whatTheDatabaseRefusesIsNamed() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.sql.execute(
                script: """
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN RAISE EXCEPTION 'the CRM is full'; END $$;
                    CREATE TRIGGER refuse BEFORE INSERT ON sequence_contacts FOR EACH ROW EXECUTE FUNCTION refuse();
                    """)
            try await world.addLead(World.phone(7))
            var reader = StatusReader(world.session, natsError: "off")
            while try await world.leader.enroll(limit: 100).more {}
            let refused = await reader.read()
            #expect(codes(refused) == [.natsUnreachable, .noLeader, .noShards, .intakeSetAside])
            #expect(refused.findings.last?.message.hasPrefix("1 row of enrollment_intake") == true)
            #expect(refused.findings.last?.message.hasSuffix("the CRM is full") == true)
            try await world.sql.query(
                "INSERT INTO work_intake (area, item, not_before, problem) VALUES ('flow', 'x', 'infinity', 'no uuid')")
            #expect(await reader.read().findings.last?.message.hasPrefix("1 row of work_intake") == true)
            try await world.sql.query("DELETE FROM work_intake")
            // What the runbook says.
            try await world.sql.execute(
                script: """
                    DROP TRIGGER refuse ON sequence_contacts;
                    UPDATE enrollment_intake SET not_before = now(), problem = NULL WHERE problem IS NOT NULL;
                    """)
            try await world.workOffIntake()
            #expect(!codes(await reader.read()).contains(.intakeSetAside))
        }
    }

    /// A lead that a rule of the user's own refuses keeps a trigger that has ended, and an operator hears of it.
    @Test func aTriggerThatCannotBeTakenOffIsNamed() async throws {
        try await World.with { world in
            try await world.populate()
            try await world.sql.execute(
                script: """
                    INSERT INTO completion_intake (lead_id, contact_id, generation, trigger)
                        SELECT l.id, c.id, c.generation, 'welcome' FROM leads l JOIN sequence_contacts c ON c.lead_id = l.id;
                    UPDATE sequence_contacts SET status = 'cancelled';
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN RAISE EXCEPTION 'leads are read-only today'; END $$;
                    CREATE TRIGGER refuse BEFORE UPDATE ON leads FOR EACH ROW EXECUTE FUNCTION refuse();
                    """)
            _ = try await world.leader.complete(limit: 100)
            var reader = StatusReader(world.session, natsError: "off")
            let found = try #require(await reader.read().findings.first { $0.code == .completionsRefused })
            #expect(found.severity == .problem && found.message.hasPrefix("1 ended enrollment"))
            #expect(found.message.hasSuffix("leads are read-only today"), "\(found.message)")
            // What the runbook says.
            try await world.sql.execute(
                script: """
                    DROP TRIGGER refuse ON leads;
                    UPDATE completion_intake SET not_before = now() WHERE problem IS NOT NULL;
                    """)
            _ = try await world.leader.complete(limit: 100)
            #expect(await !reader.read().findings.contains { $0.code == .completionsRefused })
        }
    }
}

extension World {
    /// The ledger's partition of tomorrow.
    fileprivate func tomorrow() async throws -> String {
        try await sql.query("SELECT 'send_ledger_' || to_char((now() AT TIME ZONE 'UTC')::date + 1, 'YYYYMMDD')")
            .scalar(String.self)
    }
}
