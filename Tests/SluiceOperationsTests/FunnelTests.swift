import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

/// How far people came, step by step.
@Suite struct FunnelTests {
    private static func counts(_ step: Funnel.Step) -> [String: Int] {
        [
            "entered": step.entered, "waiting": step.waiting, "inFlight": step.inFlight, "sent": step.sent,
            "failed": step.failed, "held": step.held, "unknown": step.unknown, "cancelled": step.cancelled,
            "completed": step.completed,
        ].filter { $0.value != 0 }
    }

    @Test func eachStepOfASequenceSaysWhatBecameOfWhoCame() async throws {
        try await World.with { world in
            try await world.populate(leads: 6)
            let flight = try await Flight.start(world)
            let first = try await flight.reserve(try await flight.claim())
            let outcomes: [Outcome] = [
                .sent(providerID: nil), .sent(providerID: nil), .sent(providerID: nil), .permanentAnswer,
                .unknownAnswer,
            ]
            _ = try await world.shard.settle(
                zip(first, outcomes).map { Settlement(reservation: $0, outcome: $1) })
            let second = try await flight.reserve(Array(try await flight.claim(ordinal: 2).prefix(2)))
            _ = try await world.shard.settle([Settlement(reservation: second[0], outcome: .sent(providerID: nil))])
            let funnel = try await world.session.funnel(ofSequence: "Welcome")
            #expect(funnel.steps.map(\.step) == ["welcome", "welcome_2"] && funnel.elsewhere == 0)
            #expect(
                Self.counts(funnel.steps[0])
                    == ["entered": 6, "sent": 3, "failed": 1, "unknown": 1, "inFlight": 1])
            #expect(
                Self.counts(funnel.steps[1])
                    == ["entered": 3, "sent": 1, "completed": 1, "inFlight": 1, "waiting": 1])
            try await world.sql.query("UPDATE sequence_contacts SET status = 'paused' WHERE status = 'active'")
            try await world.sql.query("UPDATE sequence_steps SET trigger = 'renamed' WHERE trigger = 'welcome_2'")
            let later = try await world.session.funnel(ofSequence: "Welcome", in: "default")
            #expect(later.steps.map(\.step) == ["welcome", "renamed"] && later.elsewhere == 2)
            #expect(Self.counts(later.steps[0])["held"] == 1)
            #expect(FunnelText.render(later, width: 120).contains("2 contacts at steps that are not there any more"))
            await #expect(throws: OperationsError.self) {
                try await world.session.funnel(ofSequence: "Welcome", in: "other")
            }
        }
    }

    @Test func aCampaignHasItsOwnAndAFlowHasAllOfThem() async throws {
        try await World.with { world in
            try await world.addGateway()
            try await world.addDevice()
            try await world.sql.execute(
                script: """
                    INSERT INTO flows (name, nodes, edges) VALUES ('welcome',
                        '[{"id":"a","type":"message","data":{"text":"A"}},
                          {"id":"b","type":"message","data":{"text":"B"}}]', '[{"source":"a","target":"b"}]');
                    INSERT INTO meta_subscribers (page_id, user_id)
                        SELECT 1, (629000000000 + n)::text FROM generate_series(1, 5) n;
                    """)
            let run = try await world.session.startCampaign(
                CampaignRequest(flowId: "welcome", pageIds: [1]), in: "default")
            // Its number is the campaign's.
            try await world.sql.query(
                """
                INSERT INTO trigger_runs (id, recipient_user_id, flow_id, status)
                SELECT $1, '629000000099', id, 'queued' FROM flows
                """, [.int64(run.id)])
            // To see how it looks: no count has it.
            try await world.sql.query("SELECT setval(pg_get_serial_sequence('trigger_runs', 'id'), 100)")
            _ = try await world.session.testFlow("welcome", to: "629000000098", device: nil, in: "default")
            for area in [WorkArea.flow, .campaign, .trigger] {
                while try await world.leader.work(area, limit: 100).more {}
            }
            try await Flight.start(world).send(.sent(providerID: nil))
            let tested = try await world.sql.query(
                "SELECT count(*) FROM send_ledger WHERE recipient = '629000000098' AND state = 'sent'")
            #expect(try tested.scalar(Int64.self) == 1)
            let campaign = try await world.session.funnel(ofCampaign: run.id)
            #expect(campaign.steps.map(\.step) == ["a", "b"] && campaign.steps.map(\.text) == ["A", "B"])
            #expect(campaign.steps.map(Self.counts) == [["entered": 5, "sent": 5], ["entered": 5, "waiting": 5]])
            // Another version of it: who is under way is counted at the node all the same.
            try await world.sql.query("UPDATE flows SET nodes = replace(nodes::text, 'B', 'New')::jsonb")
            while try await world.leader.work(.flow, limit: 100).more {}
            let flow = try await world.session.funnel(ofFlow: "welcome", in: "default")
            #expect(flow.steps.map(Self.counts) == [["entered": 6, "sent": 6], ["entered": 6, "waiting": 6]])
            #expect(flow.steps.map(\.text) == ["A", "New"])
            await #expect(throws: OperationsError.self) {
                try await world.session.funnel(ofCampaign: run.id, in: "other")
            }
            await #expect(throws: OperationsError.self) { try await world.session.funnel(ofFlow: "x", in: "default") }
        }
    }
}
