import GatewaySimulator
import RequestLog
import Testing

@Suite struct WebhookTests {
    @Test func acceptsAMessageOnce() async throws {
        try await withSimulator { simulator async throws in
            let first = try await simulator.response(.webhook(key: "k-1", attempt: 2))
            #expect(first.status == 200)
            #expect(try first.json["provider_message_id"] as? String != nil)
            #expect(try await simulator.response(.webhook(key: "k-1", attempt: 3)).status == 409)
            #expect(try await simulator.response(.webhook(key: "k-2")).status == 200)
            #expect(try simulator.outcomes().map(\.verdict) == [.accepted, .duplicate, .accepted])
            let request = try #require(try simulator.requests().first)
            #expect((request.device, request.recipient) == ("dev-1", "+60123456789"))
            #expect((request.key, request.attempt, request.dialect) == ("k-1", 2, "webhook"))
        }
    }

    @Test func aRefusedMessageMayComeAgain() async throws {
        try await withSimulator { simulator async throws in
            let recipient = "+15550000431"
            #expect(try await simulator.response(.webhook(to: recipient, attempt: 1)).status == 429)
            #expect(try await simulator.response(.webhook(to: recipient, attempt: 2)).status == 200)
            #expect(try simulator.outcomes().map(\.verdict) == [.refused, .accepted])
        }
    }

    @Test func forgetsTheOldestKeyBeyondItsMemory() async throws {
        let change: ConfigurationChange = { $0.limits.rememberedKeys = 2 }
        try await withSimulator(change) { simulator async throws in
            for key in ["a", "b", "c"] { _ = try await simulator.response(.webhook(key: key)) }
            #expect(try await simulator.response(.webhook(key: "c")).status == 409)
            #expect(try await simulator.response(.webhook(key: "a")).status == 200)
        }
    }

    @Test(arguments: [
        "", "[]", #"{"message_id":"k","device":"d","to":"","text":"x"}"#, #"{"message_id":"k","to":"1","text":"x"}"#,
        #"{"message_id":"k","device":"d","to":"1","text":""}"#, #"{"device":"d","to":"1","text":"x"}"#,
    ])
    func refusesABadBody(json: String) async throws {
        try await withSimulator { simulator async throws in
            let request = TestRequest(path: "/webhook", body: Array(json.utf8))
            #expect(try await simulator.response(request).status == 400)
            #expect(try simulator.outcomes().first?.verdict == .refused)
        }
    }

    @Test func listensOnConfiguredPathsOnly() async throws {
        let change: ConfigurationChange = { $0.webhookPaths = ["/hooks/a", "/hooks/b"] }
        try await withSimulator(change) { simulator async throws in
            var request = TestRequest.webhook()
            #expect(try await simulator.response(request).status == 404)
            request.path = "/hooks/b?x=1"
            #expect(try await simulator.response(request).status == 200)
            request.method = "PUT"
            #expect(try await simulator.response(request).status == 405)
            #expect(try simulator.requests().count == 1)
        }
    }

    @Test(arguments: [("disconnected", 503, GatewayVerdict.dropped), ("banned", 403, .refused)])
    func answersByDeviceState(state: String, status: Int, verdict: GatewayVerdict) async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(.control("devices/dev-1", #"{"state":"\#(state)"}"#))
            #expect(try await simulator.response(.webhook()).status == status)
            #expect(try simulator.outcomes().first?.verdict == verdict)
        }
    }
}
