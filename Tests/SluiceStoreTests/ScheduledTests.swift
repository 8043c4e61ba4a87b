import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Rows of `scheduled_sms_jobs`, as their users write and read them.
@Suite struct ScheduledTests {
    @Test func `a job is sent at its time and says how far it is`() async throws {
        try await PostgresWorld.withSender { world in
            let id = try await world.addJob(to: "+49 151-2345678", in: 3_600)
            #expect(id.hasPrefix("job_"))
            try await world.workOff(.scheduled)
            var job = try await world.job(id)
            #expect(job.status == "scheduled" && job.message == nil)
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().isEmpty)
            try await world.makeAllDue()
            let open = try await cluster.reserveAll(ordinal: 2)
            #expect(open.map(\.content.text) == ["Your code is 1234"])
            #expect(open.map(\.metadata) == [#"{"order": 7}"#])
            try await world.workOff(.scheduled)
            job = try await world.job(id)
            #expect(job.status == "processing" && job.message == "queued")
            try await cluster.settle(open, .sent)
            try await world.workOff(.scheduled)
            job = try await world.job(id)
            #expect(job.status == "completed" && job.message == "sent" && job.isCompleted)
            await #expect(throws: PostgresError.self) {
                try await world.sql.query("UPDATE scheduled_sms_jobs SET status = 'scheduled'")
            }
            try await Counts.expectExact(world)
        }
    }

    @Test(arguments: [
        ("max_attempts = DEFAULT", [30.0, 60]), ("max_attempts = 2, retry_delay_seconds = 300", [300]),
        ("max_attempts = 1", []),
    ])
    func `refusals are tried again as the workspace says`(settings: String, waits: [Double]) async throws {
        try await PostgresWorld.withSender { world in
            try await world.sql.query("UPDATE workspaces SET \(settings)")
            let id = try await world.addJob(to: "491512345678")
            try await world.workOff(.scheduled)
            let cluster = try await Cluster.start(world)
            for (index, wait) in (waits + [0]).enumerated() {
                let open = try await cluster.reserveAll(ordinal: UInt32(index + 1))
                #expect(open.count == 1)
                try await cluster.settle(open, .retry)
                let due = try #require(try await world.onlyContact().dueIn)
                if index < waits.count { #expect((wait * 0.75 - 5...wait * 1.25).contains(due), "\(index): \(due)") }
                try await world.makeAllDue()
            }
            try await world.workOff(.scheduled)
            let job = try await world.job(id)
            #expect(job.status == "failed" && job.error == "busy", "\(job)")
        }
    }

    @Test func `a truth that comes late is told too`() async throws {
        try await PostgresWorld.withSender { world in
            let id = try await world.addJob(to: "491512345678")
            try await world.workOff(.scheduled)
            let cluster = try await Cluster.start(world)
            let open = try await cluster.reserveAll()
            try await cluster.settle(open, .unknown)
            try await world.workOff(.scheduled)
            #expect(try await world.job(id).message == "unknown")
            try await cluster.settle(open, .sent)
            try await world.workOff(.scheduled)
            #expect(try await world.job(id).message == "sent")
        }
    }

    /// A session keeps the plan of its first update.
    @Test func `many are changed at once as fast as if one had not been changed before`() async throws {
        try await PostgresWorld.withSender { world in
            try await world.sql.query("SET statement_timeout = '60s'")
            try await world.sql.query(
                """
                INSERT INTO scheduled_sms_jobs (to_phone, body, scheduled_time)
                SELECT (491510000000 + n)::text, 'Soon', now() + interval '1 day' FROM generate_series(1, 20000) n
                """, deadline: .seconds(30))
            try await world.sql.query("DELETE FROM work_intake")
            for name in ["'491510000001'", "'491510000002'"] {
                try await world.sql.query("UPDATE scheduled_sms_jobs SET body = 'Now' WHERE to_phone = \(name)")
            }
            try await world.sql.query("UPDATE scheduled_sms_jobs SET body = 'Later'", deadline: .seconds(20))
            let edited = try await world.sql.query("SELECT DISTINCT item FROM work_intake WHERE area = 'scheduled'")
            #expect(edited.count == 20_000)
        }
    }

    @Test func `what waits goes to another time and another person`() async throws {
        try await PostgresWorld.withSender { world in
            let id = try await world.addJob(to: "491512345678", in: 3_600)
            try await world.workOff(.scheduled)
            try await world.sql.query("UPDATE scheduled_sms_jobs SET scheduled_time = now(), body = 'Now'")
            try await world.sql.query("UPDATE scheduled_sms_jobs SET to_phone = '491510000000'")
            try await world.workOff(.scheduled)
            let cluster = try await Cluster.start(world)
            let open = try await cluster.reserveAll()
            #expect(open.map(\.recipient) == ["491510000000"] && open.map(\.content.text) == ["Now"])
            try await cluster.settle(open, .sent)
            try await world.workOff(.scheduled)
            #expect(try await world.job(id).status == "completed")
            #expect(try await world.contacts().map(\.status).sorted() == ["cancelled", "completed"])
            try await Counts.expectExact(world)
        }
    }

    @Test func `a cancelled job is not sent, and one in flight says what became of it`() async throws {
        try await PostgresWorld.withSender { world in
            let flying = try await world.addJob(to: "491512345678")
            try await world.workOff(.scheduled)
            let cluster = try await Cluster.start(world)
            let open = try await cluster.reserveAll()
            let waiting = try await world.addJob(to: "491512345678", in: 3_600)
            try await world.workOff(.scheduled)
            try await world.sql.query("UPDATE scheduled_sms_jobs SET status = 'cancelled'")
            try await world.makeAllDue()
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            try await cluster.settle(open, .sent)
            try await world.workOff(.scheduled)
            #expect(try await world.job(waiting).status == "cancelled")
            let flown = try await world.job(flying)
            #expect(flown.status == "cancelled" && flown.message == "sent")
            try await world.sql.query(
                "UPDATE scheduled_sms_jobs SET status = 'scheduled' WHERE id = $1", [.string(waiting)])
            try await world.workOff(.scheduled)
            #expect(try await world.job(waiting).status == "scheduled")
            try await world.sql.query("DELETE FROM scheduled_sms_jobs")
            #expect(try await cluster.reserveAll(ordinal: 3).isEmpty)
            try await Counts.expectExact(world)
        }
    }

    @Test func `what cannot be sent fails by name`() async throws {
        try await PostgresWorld.withSender { world in
            let nobody = try await world.addJob(to: "nobody")
            let empty = try await world.addJob(to: "491512345678", body: " ")
            let unknown = try await world.addJob(to: "491512345678", from: "4930999999")
            let late = try await world.addJob(to: "491512345670")
            try await world.sql.query(
                "UPDATE scheduled_sms_jobs SET expires_at = now() WHERE id = $1", [.string(late)])
            let known = try await world.addJob(to: "491512345671", from: "+62 811-1111-111")
            try await world.workOff(.scheduled)
            #expect(try await Cluster.start(world).reserveAll().map(\.recipient) == ["491512345671"])
            try await world.workOff(.scheduled)
            #expect(try await world.job(nobody).error == "invalid_phone")
            #expect(try await world.job(empty).error == "empty_text")
            #expect(try await world.job(unknown).error == "unknown_sender")
            #expect(try await world.job(unknown).status == "failed")
            let expired = try await world.job(late)
            #expect(expired.status == "cancelled" && expired.error == "expired")
            #expect(try await world.job(known).status == "processing")
        }
    }

    @Test func `thousands are entered at once and counted exactly`() async throws {
        try await PostgresWorld.withSender { world in
            try await world.sql.query(
                """
                INSERT INTO scheduled_sms_jobs (to_phone, body, scheduled_time)
                SELECT (491500000000 + n)::text, 'Hello ' || n, now() + n * interval '1 second'
                FROM generate_series(1, 6000) n
                """)
            #expect(try await world.workOff(.scheduled) >= 6_000)
            #expect(try await world.sql.query("SELECT count(*) FROM own_messages").scalar(Int64.self) == 6_000)
            try await world.sql.query("TRUNCATE scheduled_sms_jobs")
            try await Counts.expectExact(world)
        }
    }
}

/// A row of `scheduled_sms_jobs`.
struct JobRow {
    var status: String
    var message: String?
    var error: String?
    var isCompleted: Bool
}

extension PostgresWorld {
    static func withSender(_ body: @escaping @Sendable (PostgresWorld) async throws -> Void) async throws {
        try await with { world in
            _ = try await world.addDevice("628111111111", workspace: "default")
            try await body(world)
        }
    }

    func addJob(
        to phone: String, body: String = "Your code is 1234", in seconds: Int32 = 0, from sender: String? = nil
    ) async throws -> String {
        try await sql.query(
            """
            INSERT INTO scheduled_sms_jobs (to_phone, body, scheduled_time, metadata, from_number)
            VALUES ($1, $2, now() + $3 * interval '1 second', '{"order": 7}', $4) RETURNING id
            """, [.string(phone), .string(body), .int32(seconds), .string(sender)]
        ).scalar(String.self)
    }

    func job(_ id: String) async throws -> JobRow {
        let row = try await sql.query(
            "SELECT *, completed_time IS NOT NULL AS is_completed FROM scheduled_sms_jobs WHERE id = $1",
            [.string(id)])[0]
        return JobRow(
            status: try row.decode(String.self, "status"), message: try row.decode(String?.self, "message_status"),
            error: try row.decode(String?.self, "error"), isCompleted: try row.decode(Bool.self, "is_completed"))
    }
}
