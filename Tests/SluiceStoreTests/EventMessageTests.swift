import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Rows of `event_messages`, as their users write and read them.
@Suite struct EventMessageTests {
    @Test func `a message says who it is for, is sent at its time and told`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.sql.query(
                """
                INSERT INTO event_messages (event_id, contractor_id, message_type, scheduled_time, message_content,
                    personalization_data, ghl_contact_id)
                VALUES (1, 1, 'speaker_alert', now() + interval '1 hour', '{firstName}, {eventName} {not a name}: {booth}',
                    '{"booth": "B{7}"}', 'ghl-9')
                """)
            try await world.workOff(.event)
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().isEmpty)
            try await world.sql.query("UPDATE event_messages SET scheduled_time = now() - interval '90 seconds'")
            try await world.workOff(.event)
            let open = try await cluster.reserveAll(ordinal: 2)
            #expect(open.map(\.content.text) == ["Ann, Expo {not a name}: B{7}"])
            #expect(open.map(\.recipient) == ["491512345671"] && open.map(\.channel) == ["sms"])
            #expect(open[0].metadata?.contains(#""message_name": "event-message-1""#) == true)
            try await cluster.settle(open, .sent)
            try await world.workOff(.event)
            let message = try await world.messages()[0]
            #expect(message.status == "sent" && message.provider == "p1" && message.error == nil)
            #expect(message.category == "event_day")
            #expect((1.5..<10).contains(try #require(message.delay)), "\(message.delay ?? 0) minutes")
            await #expect(throws: PostgresError.self) {
                try await world.sql.query("UPDATE event_messages SET status = 'scheduled'")
            }
            try await Counts.expectExact(world)
        }
    }

    @Test func `times hang on the event and its sessions, and move with them`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.sql.query(
                """
                INSERT INTO event_sessions (id, event_id, title, starts_at, ends_at)
                VALUES (5, 1, 'Roofs', '2099-06-01T09:00:00Z', '2099-06-01T10:00:00Z')
                """)
            try await world.sql.query(
                """
                INSERT INTO event_messages (event_id, contractor_id, message_type, session_id)
                SELECT 1, 1, type, CASE WHEN type IN ('speaker_alert', 'pcr_request') THEN 5 END FROM unnest(ARRAY['check_in_reminder_night_before', 'check_in_reminder_1_hour',
                    'check_in_reminder_event_start', 'speaker_alert', 'pcr_request', 'post_event_wrap_up']) type
                """)
            #expect(
                try await world.times() == [
                    "2099-05-31 18:00", "2099-06-01 06:30", "2099-06-01 07:30", "2099-06-01 08:45", "2099-06-01 10:07",
                    "2099-06-01 18:00",
                ])
            try await world.workOff(.event)
            try await world.sql.query(
                """
                UPDATE event_messages SET scheduled_time = '2099-06-01T07:00:00Z'
                WHERE message_type = 'check_in_reminder_event_start'
                """)
            try await world.sql.query(
                """
                UPDATE events SET starts_at = starts_at + interval '1 day', time_zone = 'America/New_York', name = 'Fair'
                """)
            try await world.sql.query("UPDATE event_sessions SET ends_at = ends_at + interval '1 hour'")
            let moved = [
                "2099-06-02 00:00", "2099-06-02 06:30", "2099-06-01 07:00", "2099-06-01 08:45", "2099-06-01 11:07",
                "2099-06-01 18:00",
            ]
            #expect(try await world.times() == moved)
            try await world.workOff(.event)
            #expect(try await world.contactTimes() == moved.sorted())
            #expect(
                try await world.sql.query("SELECT count(*) FROM own_messages WHERE body LIKE '%Fair%'")
                    .scalar(Int64.self) == 4)
            try await world.sql.query("DELETE FROM event_sessions")
            try await world.sql.query("UPDATE events SET starts_at = NULL")
            // The day is known still, and with it the night before; the hour is not.
            #expect(
                try await world.messages().map(\.error)
                    == [nil, "no_time", nil, "session_deleted", "session_deleted", nil])
            try await world.sql.query("DELETE FROM events")
            #expect(try await world.messages().allSatisfy { $0.status == "cancelled" })
            #expect(try await world.contacts().allSatisfy { $0.status == "cancelled" })
            try await Counts.expectExact(world)
        }
    }

    @Test func `an agenda goes out when the profile is complete`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.sql.query(
                """
                INSERT INTO event_messages (event_id, contractor_id, message_type) VALUES (1, 2, 'personalized_agenda')
                """)
            try await world.workOff(.event)
            #expect(try await world.contacts().isEmpty)
            try await world.sql.query("UPDATE contractors SET company_name = 'Roofs Inc', phone = '491512345672'")
            try await world.workOff(.event)
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().map(\.content.text) == ["Hi Ben, your agenda for Expo is ready."])
        }
    }

    @Test func `what cannot be sent fails at once, by name`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.add("x", content: "{firstName} {companyName} {city}", contractor: 1)
            try await world.add("y", content: "Hi", contractor: 2)
            try await world.add("z", content: nil, contractor: 1)
            try await world.sql.query("UPDATE contractors SET phone = 'none' WHERE id = 3")
            try await world.add("w", content: "Hi", contractor: 3)
            try await world.workOff(.event)
            let messages = try await world.messages()
            #expect(messages.allSatisfy { $0.status == "failed" })
            let errors = ["missing_value: city, companyName", "no_phone", "empty_text", "invalid_phone"]
            #expect(messages.map(\.error) == errors)
            #expect(try await world.contacts().isEmpty)
            try await world.sql.query(
                """
                UPDATE event_messages SET status = 'scheduled', personalization_data = '{"city": "Ulm", "companyName": "R"}'
                WHERE message_type = 'x'
                """)
            try await world.workOff(.event)
            #expect(try await world.messages()[0].status == "scheduled")
            #expect(try await Cluster.start(world).reserveAll().map(\.content.text) == ["Ann R Ulm"])
        }
    }

    @Test func `mail goes by a webhook, and waits while there is none`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.sql.query(
                """
                INSERT INTO event_messages (event_id, contractor_id, message_type, channel, scheduled_time, subject)
                VALUES (1, 1, 'registration_confirmation', 'email', now(), 'Welcome')
                """)
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.error) == ["no_gateway_for_channel"])
            try await world.sql.query(
                "INSERT INTO gateways (id, dialect, base_url) VALUES ('hook', 'webhook', 'http://127.0.0.1:9')")
            try await world.sql.query("UPDATE device_caps SET gateway_id = 'hook'")
            try await world.workOff(.event)
            let cluster = try await Cluster.start(world)
            let open = try await cluster.reserveAll()
            #expect(open.map(\.recipient) == ["ann@example.com"] && open.map(\.channel) == ["email"])
            #expect(open.first?.metadata?.contains(#""subject": "Welcome""#) == true)
            try await cluster.settle(open, .sent)
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.status) == ["sent"])
        }
    }

    @Test func `three attempts, five and ten seconds apart`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.add("x", content: "Hi", contractor: 1)
            try await world.workOff(.event)
            let cluster = try await Cluster.start(world)
            for attempt in 1...3 {
                let open = try await cluster.reserveAll(ordinal: UInt32(attempt))
                #expect(open.count == 1)
                try await cluster.settle(open, .retry)
                let due = try #require(try await world.onlyContact().dueIn)
                if attempt < 3 { #expect(abs(due - 5 * Double(attempt)) < 2, "attempt \(attempt): \(due)") }
                try await world.makeAllDue()
            }
            try await world.workOff(.event)
            let message = try await world.messages()[0]
            #expect(message.status == "failed" && message.error == "busy")
        }
    }

    @Test func `cancelled and failed messages are scheduled again, unknown ones are resolved first`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.add("x", content: "Hi", contractor: 1)
            try await world.workOff(.event)
            try await world.sql.query("UPDATE event_messages SET status = 'cancelled'")
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().isEmpty)
            try await world.sql.query("UPDATE event_messages SET status = 'scheduled', scheduled_time = now()")
            try await world.workOff(.event)
            var open = try await cluster.reserveAll(ordinal: 2)
            #expect(open.map(\.message.generation) == [2])
            try await cluster.settle(open, .permanent)
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.error) == ["invalid_number"])
            try await world.sql.query("UPDATE event_messages SET status = 'scheduled', scheduled_time = now()")
            try await world.workOff(.event)
            open = try await cluster.reserveAll(ordinal: 3)
            #expect(open.map(\.message.generation) == [3])
            try await cluster.settle(open, .unknown)
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.error) == ["unknown"])
            try await world.sql.query("UPDATE event_messages SET scheduled_time = now() - interval '1 minute'")
            try await world.workOff(.event)
            #expect(try await cluster.reserveAll(ordinal: 4).isEmpty)
            try await cluster.settle(open, .sent)
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.status) == ["sent"])
            try await Counts.expectExact(world)
        }
    }

    @Test func `the same message again replaces the one that waits`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.add("x", content: "First", contractor: 1)
            try await world.workOff(.event)
            try await world.add("x", content: "Second", contractor: 1)
            try await world.add("x", content: "Other", contractor: 3)
            try await world.workOff(.event)
            #expect(try await world.messages().map(\.error) == ["replaced", nil, nil])
            let cluster = try await Cluster.start(world)
            #expect(try await cluster.reserveAll().map(\.content.text).sorted() == ["Other", "Second"])
            try await Counts.expectExact(world)
        }
    }

    @Test func `a message follows its contractor's number`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.add("x", content: "Hi {name}", contractor: 1)
            try await world.workOff(.event)
            try await world.sql.query("UPDATE contractors SET phone = '+49 151 9999999', name = 'Anna' WHERE id = 1")
            try await world.workOff(.event)
            let open = try await Cluster.start(world).reserveAll()
            #expect(open.map(\.recipient) == ["491519999999"] && open.map(\.content.text) == ["Hi Anna"])
            try await Counts.expectExact(world)
        }
    }

    /// What the API does, it does as its role.
    @Test func `the API's role schedules, moves and cancels`() async throws {
        try await PostgresWorld.withEvent { world in
            let url = try PostgresConfiguration(world.fixture.database.url(as: .api), applicationName: "tests")
            try await PostgresConnection.withConnection(url) { session in
                try await session.query(
                    "INSERT INTO event_messages (event_id, contractor_id, message_type) VALUES (1, 1, 'pcr_request')")
                #expect(try await world.messages().map(\.error) == ["no_time"])
                try await session.query(
                    "UPDATE event_messages SET message_content = 'Well?', scheduled_time = now() + interval '1 hour'")
                try await world.workOff(.event)
                #expect(try await world.contacts().map(\.status) == ["active"])
                try await session.query("UPDATE event_messages SET status = 'cancelled'")
            }
            #expect(try await world.contacts().map(\.status) == ["cancelled"])
            try await Counts.expectExact(world)
        }
    }

    @Test func `the beginning goes first, and a score is read from a reply`() async throws {
        try await PostgresWorld.withEvent { world in
            try await world.sql.query(
                """
                INSERT INTO event_messages (event_id, contractor_id, message_type, scheduled_time)
                SELECT 1, 1, type, now() FROM unnest(ARRAY['check_in_reminder_night_before', 'pcr_request',
                    'speaker_alert', 'check_in_reminder_event_start', 'sponsor_recommendation']) type
                """)
            try await world.sql.query(
                """
                UPDATE event_messages SET personalization_data = '{"sessionTitle": "Roofs"}'
                """)
            try await world.workOff(.event)
            let classes = try await world.sql.query(
                """
                SELECT m.message_type FROM event_messages m JOIN sequence_contacts c ON c.source_id = m.id::text
                JOIN lanes l ON l.id = c.lane_id ORDER BY l.priority_class, m.id
                """
            ).column(String.self, at: 0)
            #expect(
                classes == [
                    "check_in_reminder_event_start", "speaker_alert", "sponsor_recommendation",
                    "check_in_reminder_night_before", "pcr_request",
                ])
            for (reply, score) in [(" 9 ", 9), ("11", nil), ("great", nil)] as [(String, Int?)] {
                try await world.sql.query(
                    """
                    UPDATE event_messages SET pcr_score = NULL, response_received = $1
                    WHERE message_type = 'pcr_request'
                    """, [.string(reply)])
                let read = try await world.sql.query(
                    "SELECT pcr_score::int FROM event_messages WHERE message_type = 'pcr_request'"
                ).scalar(Int32?.self)
                #expect(read.map(Int.init) == score)
            }
        }
    }
}

/// A row of `event_messages`.
struct EventMessageRow {
    var status: String
    var error: String?
    var category: String?
    var provider: String?
    /// Minutes.
    var delay: Double?
}

extension PostgresWorld {
    /// A device, an event in Berlin and three contractors, of whom the second has no phone.
    static func withEvent(_ body: @escaping @Sendable (PostgresWorld) async throws -> Void) async throws {
        try await withSender { world in
            try await world.sql.query(
                """
                INSERT INTO events (id, name, date, location, starts_at, ends_at, time_zone) VALUES
                    (1, 'Expo', '2099-06-01', 'Berlin', '2099-06-01T07:30:00Z', '2099-06-01T16:00:00Z', 'Europe/Berlin')
                """)
            try await world.sql.query(
                """
                INSERT INTO contractors (id, name, first_name, email, phone) VALUES
                    (1, 'Ann Lee', 'Ann', 'Ann@example.com', '+49 151-2345671'), (2, 'Ben Low', NULL, 'ben@example.com', ''),
                    (3, 'Cem', NULL, NULL, '491512345673')
                """)
            try await body(world)
        }
    }

    func add(_ type: String, content: String?, contractor: Int32) async throws {
        try await sql.query(
            """
            INSERT INTO event_messages (event_id, contractor_id, message_type, scheduled_time, message_content)
            VALUES (1, $1, $2, now(), $3)
            """, [.int32(contractor), .string(type), .string(content)])
    }

    func messages() async throws -> [EventMessageRow] {
        try await sql.query("SELECT *, delay_minutes::float8 AS delay FROM event_messages ORDER BY id").map { row in
            EventMessageRow(
                status: try row.decode(String.self, "status"), error: try row.decode(String?.self, "error_message"),
                category: try row.decode(String?.self, "message_category"),
                provider: try row.decode(String?.self, "ghl_message_id"), delay: try row.decode(Double?.self, "delay"))
        }
    }

    func times() async throws -> [String] {
        try await sql.query(
            "SELECT to_char(scheduled_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM event_messages ORDER BY id"
        ).column(String.self, at: 0)
    }

    func contactTimes() async throws -> [String] {
        try await sql.query(
            """
            SELECT to_char(next_trigger_time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM sequence_contacts
            ORDER BY next_trigger_time
            """
        ).column(String.self, at: 0)
    }
}
