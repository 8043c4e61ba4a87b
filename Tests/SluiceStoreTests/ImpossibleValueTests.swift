import PostgresDriver
import TestSupport
import Testing

/// Values that fit their columns and mean nothing are refused where they are written, with the column's name.
@Suite struct ImpossibleValueTests {
    @Test(arguments: [
        (
            "INSERT INTO scheduled_sms_jobs (to_phone, body, scheduled_time) VALUES ('491512345678', 'x', 'infinity')",
            "scheduled_time"
        ),
        (
            "INSERT INTO scheduled_sms_jobs (to_phone, body, scheduled_time) VALUES ('491512345678', 'x', '-infinity')",
            "scheduled_time"
        ),
        (
            "INSERT INTO event_messages (event_id, contractor_id, message_type, scheduled_time) VALUES (1, 1, 't', '-infinity')",
            "scheduled_time"
        ),
        ("INSERT INTO events (name, time_zone) VALUES ('Expo', 'Mars/One')", "time_zone"),
        ("UPDATE workspaces SET time_zone = 'Berlin'", "time_zone"),
    ])
    func whatMeansNothingIsRefused(statement: String, column: String) async throws {
        try await StoreFixture.with { fixture in
            let error = try await #require(throws: PostgresError.self) { try await fixture.sql.query(statement) }
            #expect(error.sqlState == "23514" && "\(error)".contains(column) || "\(error)".contains("time zone"))
        }
    }
}
