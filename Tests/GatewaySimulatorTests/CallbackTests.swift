import GatewaySimulator
import Testing

/// Recipients who reply. What is posted, and that the signature holds, a cluster's test shows; here any address of the
/// simulator's own that takes a JSON object is good enough.
@Suite struct CallbackTests {
    private static let replying = SandboxRecipients.prefix + "210"

    @Test func aReplyIsPosted() async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(
                .control("callback", #"{"url":"\#(simulator.url)/_sim/latency","secret":"s"}"#))
            #expect(try await simulator.response(.gowa(phone: Self.replying)).status == 200)
            #expect(try await simulator.response(.gowa()).status == 200)
            try await eventually("the reply") { try await simulator.statistic("repliesTaken") == 1 }
            #expect(try await simulator.statistic("repliesGivenUp") == 0)
            _ = try await simulator.response(.control("callback", "{}"))
            #expect(try await simulator.response(.gowa(phone: Self.replying)).status == 200)
            #expect(try await simulator.statistic("repliesTaken") == 1)
        }
    }

    @Test(arguments: ["/nowhere", "/_sim/faults"]) func oneThatIsNotTakenIsGivenUp(path: String) async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(
                .control("callback", #"{"url":"\#(simulator.url)\#(path)","secret":"s"}"#))
            #expect(try await simulator.response(.gowa(phone: Self.replying)).status == 200)
            try await eventually("the end of it") { try await simulator.statistic("repliesGivenUp") == 1 }
            #expect(try await simulator.statistic("repliesTaken") == 0)
        }
    }

    @Test(arguments: ["https://127.0.0.1/x", "127.0.0.1", ""]) func aCallbackIsHTTP(url: String) async throws {
        try await withSimulator { simulator async throws in
            #expect(try await simulator.response(.control("callback", #"{"url":"\#(url)"}"#)).status == 400)
        }
    }
}
