import PostgresDriver
import SluiceOperations
import TestSupport
import Testing

@Suite struct CampaignTests {
    @Test func campaignsArePausedResumedAndCancelled() async throws {
        try await World.with { world in
            let id = try await world.sql.query(
                "INSERT INTO message_runs (page_ids, status) VALUES ('{1}', 'queued') RETURNING id"
            ).scalar(Int64.self)
            func state() async throws -> String {
                try await world.sql.query("SELECT state FROM sources WHERE kind = 'campaign'").scalar(String.self)
            }
            #expect(try await world.session.pauseCampaign(id).status == "paused")
            #expect(try await state() == "paused")
            #expect(try await world.session.resumeCampaign(id).status == "running")
            let cancelled = try await world.session.cancelCampaign(id)
            #expect(cancelled.status == "cancelled" && cancelled.inFlight == 0)
            #expect(try await state() == "cancelled")
            #expect(try await world.session.campaigns().campaigns == [cancelled])
            await #expect(throws: OperationsError.self) { try await world.session.resumeCampaign(id) }
            await #expect(throws: OperationsError.self) { try await world.session.pauseCampaign(id + 1) }
            #expect(
                try await world.audited() == [
                    "ann@test campaigns.pause", "ann@test campaigns.resume", "ann@test campaigns.cancel",
                ])
        }
    }
}

@Suite struct FlowCheckTests {
    @Test func aFlowIsJudgedWithAndWithoutADatabase() async throws {
        let document = """
            {"nodes": [{"id":"m","type":"message","data":{"text":"Hi"}},
                {"id":"c","type":"condition","data":{"condition":{"field":"shoe size","exists":true}}}],
             "edges": [{"source":"m","target":"c"}]}
            """
        let offline = try await FlowCheck.of(document, database: nil)
        #expect(offline.isUsable && offline.steps == 2 && !offline.areConditionsChecked)
        try await World.with { world in
            let check = try await FlowCheck.of(document, database: world.sql)
            #expect(check.problems.map(\.code) == ["invalid_condition"] && check.problems[0].node == "c")
        }
        #expect(try await FlowCheck.of("[]", database: nil).problems.map(\.code) == ["malformed"])
        #expect(try await FlowCheck.of("{}", database: nil).problems.map(\.code) == ["no_start"])
    }
}
