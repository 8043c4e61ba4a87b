import Foundation
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

/// What `sluice_operator` of `cluster/postgres` may do, through the commands themselves, and what it may not.
@Suite struct OperatorRoleTests {
    /// Runs `body` with a session that is logged in as the role, in a world that has one contact waiting.
    private static func with(_ body: @escaping @Sendable (World, OperatorSession) async throws -> Void) async throws {
        try await World.with { world in
            try await world.populate()
            let configuration = try PostgresConfiguration(
                world.fixture.database.url(as: .operator), applicationName: "tests")
            try await PostgresConnection.withConnection(configuration) { connection in
                try await body(
                    world,
                    OperatorSession(database: connection, nats: nil, subjects: world.session.subjects, actor: "op@test")
                )
            }
        }
    }

    @Test func itPausesAndResumes() async throws {
        try await Self.with { world, session in
            #expect(try await session.pause(.everything, reason: "wrong text"))
            #expect(try await session.resume(.everything))
            #expect(try await session.pause(.workspace("default"), reason: nil))
            #expect(try await session.resume(.workspace("default")))
            try await session.pauseDevice("north", reason: "warming up")
            try await session.resumeDevice("north")
            try await session.pauseSequence("Welcome")
            try await session.resumeSequence("Welcome")
            #expect(try await world.audited().filter { $0.hasPrefix("op@test") }.count == 8)
        }
    }

    @Test func itImportsAndExportsPeople() async throws {
        try await Self.with { _, session in
            for (list, text) in [
                (PeopleList.leads, "phone,trigger\n491512345671,welcome\n"),
                (.subscribers, "page_id,user_id\n1,491512345671\n"),
            ] {
                var file: [UInt8]? = Array(text.utf8)
                let report = try await session.importList(list, in: "default", isDryRun: false) { file.take() }
                #expect(report.valid == 1, "\(report)")
                var copy = ""
                try await session.exportList(list, in: "default").write { copy += $0 }
                #expect(copy.contains("491512345671"))
            }
        }
    }

    @Test func itErasesNobody() async throws {
        try await Self.with { world, session in
            let error = await #expect(throws: OperationsError.self) {
                try await session.erase(ErasedIdentity(phone: World.phone(0)), in: nil, isDryRun: false)
            }
            #expect(error?.code == "not_owner")
            let there = try await world.sql.query(
                "SELECT (SELECT count(*) FROM leads) || ' ' || (SELECT count(*) FROM suppressions)"
            ).scalar(String.self)
            #expect(there == "1 0")
        }
    }

    @Test func itStopsCampaigns() async throws {
        try await Self.with { world, session in
            let id = try await world.sql.query(
                "INSERT INTO message_runs (page_ids, status) VALUES ('{1}', 'queued') RETURNING id"
            ).scalar(Int64.self)
            #expect(try await session.pauseCampaign(id).status == "paused")
            #expect(try await session.resumeCampaign(id).status == "running")
            #expect(try await session.cancelCampaign(id).status == "cancelled")
            #expect(try await session.campaigns().campaigns.map(\.id) == [id])
            let source = try await world.sql.query("SELECT state FROM sources WHERE kind = 'campaign'")
            #expect(try source.scalar(String.self) == "cancelled")
        }
    }

    @Test func itCancelsMessagesAndStopsWhatRecurs() async throws {
        try await Self.with { world, session in
            let job = try await world.sql.query(
                "INSERT INTO scheduled_sms_jobs (to_phone, body) VALUES ('491512345678', 'Hi') RETURNING id"
            ).scalar(String.self)
            let schedule = try await world.sql.query(
                """
                INSERT INTO message_schedules (to_phone, body, cron) VALUES ('491512345678', 'Hi', '@daily')
                RETURNING id
                """
            ).scalar(String.self)
            #expect(try await session.cancelJob(job, in: "default").status == "cancelled")
            #expect(try await session.jobs(.cancelled, in: "default", after: nil, most: 5).jobs.map(\.jobId) == [job])
            #expect(try await !session.pauseSchedule(schedule, in: "default").isActive)
            #expect(try await session.resumeSchedule(schedule, in: "default").nextTime != nil)
            #expect(try await session.schedules(in: "default", most: 5).schedules.map(\.scheduleId) == [schedule])
            _ = try await session.removeSchedule(schedule, in: "default")
            #expect(try await session.templates(in: "default", after: "", most: 5).isEmpty)
            await #expect(throws: OperationsError.self) { try await session.schedule(schedule, in: "default") }
        }
    }

    @Test func itChangesCapsSuppressesAndDrains() async throws {
        try await Self.with { world, session in
            let caps = CapValues(hourly: 7, daily: 70, concurrent: 1)
            try await session.setCaps(of: "north", to: caps)
            #expect(try await session.listDevices().map(\.caps) == [caps])
            #expect(try await session.addSuppression(World.phone(0), workspace: nil, reason: "asked"))
            #expect(try await world.status(world.onlyContact()) == "cancelled")
            #expect(try await session.removeSuppression(World.phone(0), workspace: nil))
            _ = try await Flight.start(world)
            #expect(try await session.drainNode("shard-1", isForced: true).changed)
            #expect(try await session.undrainNode("shard-1").changed)
        }
    }

    @Test func itConfirmsTheClock() async throws {
        try await Self.with { world, session in
            try await world.shard.noteClockStep(of: .seconds(3), seenBy: "shard-1")
            #expect(try await session.clockSteps().count == 1)
            #expect(try await session.confirmClock(reason: nil) == 1)
        }
    }

    @Test(arguments: [DatabaseRole.operator, .reader])
    func itReadsWhatTheQuestionsAsk(role: DatabaseRole) async throws {
        try await World.with { world in
            try await world.populate()
            let configuration = try PostgresConfiguration(
                world.fixture.database.url(as: role), applicationName: "tests")
            try await PostgresConnection.withConnection(configuration) { connection in
                let session = OperatorSession(
                    database: connection, nats: nil, subjects: world.session.subjects, actor: "op@test")
                var reader = StatusReader(session, natsError: "off")
                let report = await reader.read()
                #expect(!report.findings.contains { $0.code == .figureNotTaken }, "\(report.findings)")
                #expect(try await session.why(World.phone(0)).enrollments.count == 1)
                _ = try await session.history(World.phone(0), limit: 5)
                _ = try await session.listNodes()
                _ = try await session.listSequences()
                _ = try await session.listSuppressions()
                #expect(try await session.listGateways().flatMap(\.credentials) == ["password", "username"])
            }
        }
    }

    @Test(arguments: [
        "SELECT credentials FROM gateways", "SELECT * FROM device_caps", "SELECT secret_hash FROM api_keys",
        "UPDATE gateways SET base_url = 'http://elsewhere'", "UPDATE device_caps SET base_url = 'http://elsewhere'",
        "UPDATE device_caps SET gateway_id = NULL", "UPDATE device_caps SET history_from = NULL",
        "INSERT INTO gateways (id, dialect, base_url) VALUES ('mine', 'webhook', 'http://elsewhere')",
        "UPDATE sequence_contacts SET status = 'active'", "DELETE FROM sequence_contacts",
        "UPDATE send_ledger SET state = 'failed'", "DELETE FROM send_ledger", "UPDATE leads SET phone = '1'",
        "UPDATE sequence_steps SET content = 'other'", "UPDATE sources SET device_choice = 'any'",
        "UPDATE flows SET nodes = '[]'", "SELECT access_token FROM meta_pages",
        "INSERT INTO message_runs (status) VALUES ('queued')", "UPDATE scheduled_sms_jobs SET body = 'other'",
        "DELETE FROM audit_log",
        "UPDATE audit_log SET actor = 'x'",
        "UPDATE slot_owners SET owner = NULL", "UPDATE coordinator_lease SET term = term + 1",
        "DELETE FROM node_fences",
        "CREATE TABLE mine ()", "SET ROLE sluice_owner", "COPY leads TO PROGRAM 'cat'",
    ])
    func whatIsNotItsBusinessIsRefused(statement: String) async throws {
        try await Self.with { _, session in
            let error = await #expect(throws: PostgresError.self) { try await session.database.query(statement) }
            #expect(error?.sqlState == "42501", "\(statement): \(String(describing: error))")
        }
    }

    @Test func whatItMayNotDoIsRefusedByTheDatabaseInTheCommandsToo() async throws {
        try await Self.with { _, session in
            await #expect(throws: PostgresError.self) { try await session.addGateway(.test) }
            await #expect(throws: PostgresError.self) { _ = try await session.addDevice(NewDevice(name: "south")) }
        }
    }
}
