import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

@Suite struct CampaignForecastTests {
    private static let nodes = """
        [{"id":"a","type":"message","data":{"text":"A"}},{"id":"b","type":"message","data":{"text":"B"}}]
        """

    private static func with(_ body: @escaping @Sendable (World) async throws -> Void) async throws {
        try await World.with { world in
            try await world.addGateway()
            for number in 1...2 {
                _ = try await world.addDevice("d\(number)", phone: "62811000000\(number)")
            }
            try await world.sql.execute(
                script: """
                    INSERT INTO flows (name, nodes, edges) VALUES
                        ('welcome', '\(nodes)', '[{"source":"a","target":"b"}]'), ('broken', '[]', '[]');
                    UPDATE user_devices SET min_delay_seconds = 0, max_delay_seconds = 0;
                    UPDATE device_caps SET hourly_cap = 10, daily_cap = 100;
                    INSERT INTO meta_pages (page_id, is_active) VALUES (1, true), (2, true), (3, false);
                    INSERT INTO meta_subscribers (page_id, user_id, is_active)
                        SELECT 1, '6290000000' || n, n <> 10 FROM generate_series(10, 40) n;
                    INSERT INTO meta_subscribers (page_id, user_id) VALUES
                        (2, '629000000020'), (2, '62 900-0000-0099'), (2, 'nobody'), (3, '629000000050');
                    INSERT INTO suppressions (workspace_id, phone) VALUES ('default', '629000000011');
                    """)
            try await body(world)
        }
    }

    private static let all = CampaignRequest(flowId: "welcome", pageIds: [1, 2, 3])

    @Test func itSaysWhomItReachesAndWhatItCosts() async throws {
        try await Self.with { world in
            let forecast = try await world.session.forecastCampaign(Self.all, in: "default")
            // 12 to 40 of page 1, and one more of page 2; one is on both.
            #expect(forecast.recipients == 30 && forecast.inactive == 1 && forecast.suppressed == 1)
            #expect(forecast.invalidNumbers == 1 && forecast.skippedPages == [3] && forecast.withoutDevice == 0)
            #expect(forecast.messagesPerPerson == 2 && forecast.capUnits == 60 && forecast.devices == 2)
            // 30 messages on each of two devices at 10 an hour: the third ten go after two hours.
            #expect((7_200...7_300).contains(try #require(forecast.seconds)), "\(forecast)")
            #expect(forecast.lastDevice?.messages == 30)
            let text = CampaignText.render(forecast)
            #expect(
                text.contains("60 cap units") && text.contains("1 inactive, 1 suppressed") && text.contains("pages 3"))
        }
    }

    @Test func itEntersWhomItForetold() async throws {
        try await Self.with { world in
            let forecast = try await world.session.forecastCampaign(Self.all, in: "default")
            let run = try await world.session.startCampaign(Self.all, in: "default")
            #expect(run.status == "queued")
            while try await world.leader.work(.campaign, limit: 1_000).more {}
            let entered = try await world.sql.query(
                "SELECT count(*) FROM sequence_contacts WHERE status = 'active' AND source_id = $1",
                [.string("\(run.id)")]
            ).scalar(Int64.self)
            #expect(Int(entered) == forecast.recipients)
            #expect(try await world.session.campaign(run.id).id == run.id)
            await #expect(throws: OperationsError.self) { try await world.session.campaign(run.id, in: "other") }
        }
    }

    @Test func whatStandsBeforeItAndWhatWasSentCount() async throws {
        try await Self.with { world in
            try await world.sql.query(
                "UPDATE meta_pages SET device_id = (SELECT id FROM user_devices WHERE device_name = 'd1')")
            let alone = try await world.session.forecastCampaign(Self.all, in: "default")
            #expect(alone.devices == 1 && alone.lastDevice?.name == "d1" && alone.lastDevice?.messages == 60)
            #expect((18_000...18_100).contains(try #require(alone.seconds)), "\(alone)")
            try await world.sql.query("UPDATE device_caps SET paused_at = now()")
            let paused = try await world.session.forecastCampaign(Self.all, in: "default")
            #expect(paused.endsAt == nil && paused.stuckDevices == ["d1"])
            try await world.sql.query("UPDATE device_caps SET paused_at = NULL, history_from = now()")
            let adopted = try await world.session.forecastCampaign(Self.all, in: "default")
            #expect((86_400 + 18_000...86_400 + 18_200).contains(try #require(adopted.seconds)), "\(adopted)")
        }
    }

    @Test func whatCannotBeIsSaid() async throws {
        try await Self.with { world in
            var late = Self.all
            late.startAt = "2026-03-29T09:00"
            var first = Self.all
            first.priority = 0
            let requests: [(CampaignRequest, String)] = [
                (late, "invalid_startAt"), (first, "invalid_priority"),
                (CampaignRequest(flowId: "welcome", pageIds: []), "invalid_pageIds"),
                (CampaignRequest(flowId: "welcome", pageIds: [1, 1]), "invalid_pageIds"),
                (CampaignRequest(flowId: "welcom", pageIds: [1]), "unknown_flow"),
                (CampaignRequest(flowId: "broken", pageIds: [1]), "flow_invalid"),
                (CampaignRequest(flowId: "welcome", pageIds: [1, 44, 45]), "unknown_page"),
            ]
            for (request, code) in requests {
                let refused = await #expect(throws: OperationsError.self) {
                    _ = try await world.session.startCampaign(request, in: "default")
                }
                #expect(refused?.code == code)
                let unforeseen = await #expect(throws: OperationsError.self) {
                    _ = try await world.session.forecastCampaign(request, in: "default")
                }
                #expect(unforeseen == refused)
            }
            // One that has subscribers and that nobody described is a page all the same.
            try await world.sql.query("INSERT INTO meta_subscribers (page_id, user_id) VALUES (44, '629000000044')")
            let described = try await world.session.forecastCampaign(
                CampaignRequest(flowId: "welcome", pageIds: [44]), in: "default")
            #expect(described.recipients == 1)
            #expect(try await world.sql.query("SELECT count(*) FROM message_runs").scalar(Int64.self) == 0)
        }
    }

    @Test func oneThatRunsIsForetoldByWhatIsLeft() async throws {
        try await Self.with { world in
            let before = try await world.session.forecastCampaign(Self.all, in: "default")
            let run = try await world.session.startCampaign(Self.all, in: "default")
            let queued = try await world.session.forecastCampaign(run.id)
            #expect(queued.toEnter == 30 && queued.waiting == 0 && queued.messages == 60 && queued.devices == 2)
            #expect((7_200...7_300).contains(try #require(queued.seconds)), "\(queued)")
            while try await world.leader.work(.campaign, limit: 1_000).more {}
            let entered = try await world.session.forecastCampaign(run.id, in: "default")
            #expect(entered.toEnter == 0 && entered.waiting == 30 && entered.messages == 60)
            // Its own messages that are due are not ahead of it.
            #expect(entered.lastDevice == before.lastDevice)
            #expect(abs(try #require(entered.seconds) - (try #require(queued.seconds))) < 60, "\(entered)")
            try await Flight.start(world).send(.sent(providerID: nil))
            let half = try await world.session.forecastCampaign(run.id)
            #expect(half.messages == 30 && half.waiting == 30 && half.campaign.status == "running")
            // 15 went on each device, though only 10 may: 10 more go an hour later, and 5 when two have passed.
            #expect((7_200...7_300).contains(try #require(half.seconds)), "\(half)")
            try await world.sql.query("UPDATE sources SET rate_per_minute = 1 WHERE kind = 'campaign'")
            try await world.sql.query("UPDATE device_caps SET hourly_cap = 1000")
            _ = try await world.session.pauseCampaign(run.id)
            let paced = try await world.session.forecastCampaign(run.id)
            #expect((1_800...1_860).contains(try #require(paced.seconds)), "\(paced)")
            #expect(CampaignText.render(paced).contains("30 waiting, 0 to be entered"))
            #expect(CampaignText.render(paced).contains("were it resumed now"))
            _ = try await world.session.cancelCampaign(run.id)
            let error = await #expect(throws: OperationsError.self) {
                try await world.session.forecastCampaign(run.id)
            }
            #expect(error?.code == "campaign_cancelled")
        }
    }
}
