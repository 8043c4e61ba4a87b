import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceWire
import TestSupport
import Testing

@testable import SluiceOperations

@Suite struct RehearsalTests {
    // MARK: The timeline

    private static func timeline(perMinute limit: Int, gap: Duration = .zero) -> RehearsalTimeline {
        RehearsalTimeline(
            caps: Caps(windows: [.init(length: .seconds(60), limit: limit, margin: .zero)], concurrency: 10), gap: gap)
    }

    private static func items(_ count: Int, due: Duration = .zero, priority: Int = 5) -> [RehearsalTimeline.Item] {
        (0..<count).map { _ in RehearsalTimeline.Item(due: due, priority: PriorityClass(priority: priority)) }
    }

    @Test func aCapPutsOffWhatIsBeyondIt() {
        let starts = Self.timeline(perMinute: 20).starts(of: Self.items(50)).compactMap(\.self).sorted()
        #expect(starts.count == 50 && starts.filter { $0 < .seconds(60) }.count == 20)
        #expect(starts.filter { $0 < .seconds(120) }.count == 40)
        #expect(RehearsalTimeline.fullest(starts, in: .seconds(60))?.count == 20)
    }

    @Test func whatIsUrgentGoesFirstAndGapsHold() {
        var items = Self.items(5, priority: 10)
        items.append(contentsOf: Self.items(1, due: .seconds(3), priority: 1))
        let starts = Self.timeline(perMinute: 100, gap: .seconds(2)).starts(of: items)
        #expect(starts == [0, 2, 6, 8, 10, 4].map { .seconds($0) })
    }

    @Test func whatComesTooLateIsDropped() {
        var items = Self.items(3)
        items[1].expires = .seconds(1)
        items[2].expires = .seconds(120)
        #expect(Self.timeline(perMinute: 1).starts(of: items)[1] == nil)
        #expect(Self.timeline(perMinute: 1).starts(of: items)[2] != nil)
        #expect(Self.timeline(perMinute: 0).starts(of: items) == [nil, nil, nil], "no cap, no message")
    }

    @Test func theFullestWindowIsFound() {
        let instants = [0, 10, 59, 60, 61, 200].map { Duration.seconds($0) }
        let fullest = RehearsalTimeline.fullest(instants, in: .seconds(60))
        #expect(fullest?.count == 4 && fullest?.from == .seconds(10))
        #expect(RehearsalTimeline.fullest([], in: .seconds(60)) == nil)
    }

    // MARK: The plan

    @Test func itTouchesNoRow() async throws {
        try await StoreFixture.with { (fixture) async throws in
            try await fixture.sql.execute(
                script: """
                    INSERT INTO user_devices (device_name, phone, min_delay_seconds, max_delay_seconds)
                        VALUES ('d', '4916000000001', 0, 0);
                    UPDATE device_caps SET windows = '[{"seconds": 60, "limit": 20}]', hourly_cap = 1000;
                    INSERT INTO events (id, name, starts_at, ends_at, time_zone) VALUES
                        (7, 'Expo', now() + interval '7 days', now() + interval '7 days 8 hours', 'Europe/Berlin');
                    INSERT INTO contractors (id, name, phone)
                        SELECT n, 'Ann ' || n, '+49170000' || lpad(n::text, 4, '0') FROM generate_series(1, 30) n;
                    INSERT INTO event_messages (event_id, contractor_id, message_type)
                        SELECT 7, n, 'check_in_reminder_1_hour' FROM generate_series(1, 30) n;
                    DELETE FROM work_intake;
                    """)
            let before = try await Self.rows(fixture)
            let session = OperatorSession(
                database: fixture.sql, nats: nil, subjects: try #require(Subjects(cluster: "test")), actor: "test")
            let rehearsal = try await session.rehearseEvent(EventKey("7"), in: "default")
            let reminders = rehearsal.messages.filter { $0.messageType == "check_in_reminder_1_hour" }
            #expect(reminders.count == 30 && reminders.count { $0.lateness > 1 } == 10)
            #expect(rehearsal.messages.count > 30, "what the plan would add is in it")
            let conflict = try #require(rehearsal.conflicts.first)
            #expect(conflict.windowSeconds == 60 && conflict.limit == 20 && conflict.due == 30)
            #expect(try await Self.rows(fixture) == before)
            await #expect(throws: OperationsError.self) {
                try await session.rehearseEvent(EventKey("8"), in: "default")
            }
            await #expect(throws: OperationsError.self) {
                try await session.rehearseEvent(EventKey("7"), through: "other", in: "default")
            }
        }
    }

    private static func rows(_ fixture: StoreFixture) async throws -> [Int64] {
        var counts: [Int64] = []
        for table in ["event_messages", "work_intake", "sequence_contacts", "audit_log"] {
            counts.append(try await fixture.sql.query("SELECT count(*) FROM \(table)").scalar(Int64.self))
        }
        return counts
    }
}
