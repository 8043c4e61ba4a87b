import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

/// Messages listed by name, page by page.
@Suite struct NamedMessageTests {
    /// Two campaigns of two pages that share a person, three runs of triggers, and four messages of events; the first
    /// message of each flow is sent.
    private static func furnish(_ world: World) async throws {
        try await world.addGateway()
        try await world.addDevice()
        try await world.sql.execute(
            script: """
                INSERT INTO flows (name, nodes, edges) VALUES ('welcome',
                    '[{"id":"a","type":"message","data":{"text":"A"}},
                      {"id":"b","type":"message","data":{"text":"B"}}]', '[{"source":"a","target":"b"}]');
                INSERT INTO meta_subscribers (page_id, user_id)
                    SELECT page, (629000000000 + page + n)::text FROM generate_series(1, 2) page, generate_series(1, 3) n;
                INSERT INTO trigger_runs (recipient_user_id, flow_id, page_id, status)
                    SELECT (629000000100 + n)::text, id, n, 'queued' FROM flows, generate_series(8, 10) n;
                INSERT INTO events (id, name, starts_at) VALUES (1, 'Expo', now() + interval '1 day');
                INSERT INTO contractors (id, name, phone) VALUES (1, 'Ann', '629000000200');
                INSERT INTO event_messages (id, event_id, contractor_id, message_type, message_content, scheduled_time)
                    SELECT n, 1, 1, 'note ' || n, 'Hi', now() + interval '1 hour' FROM generate_series(8, 11) n;
                """)
        for _ in 1...2 {
            _ = try await world.session.startCampaign(
                CampaignRequest(flowId: "welcome", pageIds: [2, 1]), in: "default")
        }
        for area in [WorkArea.flow, .campaign, .trigger, .event] {
            while try await world.leader.work(area, limit: 100).more {}
        }
        try await Flight.start(world).send(.sent(providerID: nil))
    }

    private static func all(_ name: String, by most: Int, in world: World) async throws -> [NamedMessage] {
        var (found, cursor) = ([NamedMessage](), String?.none)
        repeat {
            let page = try await world.session.messages(
                named: try MessagePattern(name), in: "default", after: cursor, most: most)
            #expect(page.messages.count == most || page.nextCursor == nil)
            found += page.messages
            cursor = page.nextCursor
        } while cursor != nil && found.count < 1_000
        return found
    }

    @Test func pagesHaveEveryMessageOnceAndTheNewestRunsFirst() async throws {
        try await World.with { world in
            try await Self.furnish(world)
            let runs = try await world.sql.query("SELECT id FROM message_runs ORDER BY id DESC")
                .column(Int64.self, at: 0)
            // Who is on both pages is entered once: four people, two messages each.
            for (name, count) in [("run_*", 16), ("run_\(runs[0])_*", 8), ("trigger_*", 6), ("event-message-*", 4)] {
                let whole = try await Self.all(name, by: 1_000, in: world)
                #expect(whole.count == count && Set(whole.map(\.name)).count == count, "\(whole.map(\.name))")
                for most in [1, 3] {
                    #expect(try await Self.all(name, by: most, in: world) == whole, "\(name) by \(most)")
                }
            }
            let campaigns = try await Self.all("run_*", by: 5, in: world).map(\.name)
            #expect(campaigns.prefix(8).allSatisfy { $0.hasPrefix("run_\(runs[0])_") })
            #expect(campaigns.prefix(2).map { $0.suffix(5) } == ["msg_1", "msg_2"])
            let events = try await Self.all("event-message-*", by: 3, in: world).map(\.name)
            #expect(events == [11, 10, 9, 8].map { "event-message-\($0)" })
            #expect(try await Self.all("*msg_2".replacing("*", with: "run_*"), by: 3, in: world).count == 8)
        }
    }

    @Test func aCursorOfAnotherListIsRefused() async throws {
        try await World.with { world in
            for cursor in [
                "", "x", "1.2.3", "1.0.99.7", "1.0.0.", "1.0.-1.7", "1.0.1.x", "1.x.1.7", "9999999999.0.1.7",
            ] {
                let error = await #expect(throws: OperationsError.self) {
                    try await world.session.messages(
                        named: try MessagePattern("run_*"), in: "default", after: cursor, most: 1)
                }
                #expect(error?.code == "invalid_cursor", "\(cursor)")
            }
        }
    }
}
