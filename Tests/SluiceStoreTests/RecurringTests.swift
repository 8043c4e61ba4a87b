import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Rows of `message_schedules`.
@Suite struct RecurringTests {
    private static func add(
        _ world: PostgresWorld, cron: String = "*/5 * * * *", zone: String? = "Europe/Berlin", missed: String = "skip"
    ) async throws {
        try await world.sql.query(
            """
            INSERT INTO message_schedules (to_phone, body, cron, time_zone, missed)
            VALUES ('491512345678', 'Drink water', $1, $2, $3)
            """, [.string(cron), .string(zone), .string(missed)])
    }

    private static func jobs(_ world: PostgresWorld) async throws -> Int64 {
        try await world.sql.query("SELECT count(*) FROM scheduled_sms_jobs").scalar(Int64.self)
    }

    /// As if the schedule had been due `seconds` ago.
    private static func makeDue(_ world: PostgresWorld, ago seconds: Int32) async throws {
        try await world.sql.execute(
            script:
                """
                UPDATE message_schedules SET next_time = date_trunc('second', now()) - \(seconds) * interval '1 second';
                UPDATE work_intake SET not_before = now() WHERE area = 'recurring';
                """)
    }

    @Test func `each run becomes a job, once`() async throws {
        try await PostgresWorld.withSender { world in
            try await Self.add(world)
            try await world.workOff(.recurring)
            let next = try await world.sql.query(
                """
                SELECT next_time > now() AND next_time <= now() + interval '5 minutes'
                    AND extract(epoch FROM next_time)::bigint % 300 = 0
                    AND next_time = (SELECT not_before FROM work_intake WHERE area = 'recurring')
                FROM message_schedules
                """)
            #expect(try next.scalar(Bool.self))
            #expect(try await Self.jobs(world) == 0)
            try await Self.makeDue(world, ago: 1)
            let due = try await world.sql.query("SELECT next_time::text FROM message_schedules").scalar(String.self)
            try await world.workOff(.recurring)
            // Another leader, who has not seen that.
            try await world.sql.execute(
                script:
                    """
                    UPDATE message_schedules SET next_time = '\(due)';
                    UPDATE work_intake SET not_before = now() WHERE area = 'recurring';
                    """)
            try await world.workOff(.recurring)
            #expect(try await Self.jobs(world) == 1)
            try await world.workOff(.scheduled)
            #expect(try await Cluster.start(world).reserveAll().map(\.content.text) == ["Drink water"])
        }
    }

    @Test(arguments: [("skip", 0), ("once", 1)])
    func `runs that were missed are made up for as it says`(missed: String, jobs: Int64) async throws {
        try await PostgresWorld.withSender { world in
            try await Self.add(world, missed: missed)
            try await world.workOff(.recurring)
            try await Self.makeDue(world, ago: 7_200)
            try await world.workOff(.recurring)
            #expect(try await Self.jobs(world) == jobs)
            #expect(try await world.sql.query("SELECT next_time > now() FROM message_schedules").scalar(Bool.self))
        }
    }

    @Test func `a schedule that is stopped makes no jobs, and its new times count`() async throws {
        try await PostgresWorld.withSender { world in
            try await Self.add(world)
            try await world.workOff(.recurring)
            try await Self.makeDue(world, ago: 1)
            try await world.sql.query("UPDATE message_schedules SET is_active = false")
            try await world.workOff(.recurring)
            #expect(try await Self.jobs(world) == 0)
            try await world.sql.query("UPDATE message_schedules SET is_active = true, cron = '0 9 29 2 *'")
            try await world.workOff(.recurring)
            let next = try await world.sql.query(
                "SELECT (next_time AT TIME ZONE 'Europe/Berlin')::text FROM message_schedules")
            #expect(try next.scalar(String.self).hasSuffix("-02-29 09:00:00"))
        }
    }

    @Test(arguments: [
        ("61 * * * *", "UTC", "`61`"), ("0 0 * * *", "Mars/Base", "Mars/Base"), ("0 0 * * *", "EST", "EST"),
    ])
    func `a schedule that cannot be kept says why`(cron: String, zone: String, problem: String) async throws {
        try await PostgresWorld.withSender { world in
            try await Self.add(world, cron: cron, zone: zone)
            try await world.workOff(.recurring)
            let text = try await world.sql.query("SELECT problem FROM message_schedules").scalar(String?.self)
            #expect(text?.contains(problem) == true)
            #expect(try await world.sql.query("SELECT count(*) FROM work_intake").scalar(Int64.self) == 0)
        }
    }
}
