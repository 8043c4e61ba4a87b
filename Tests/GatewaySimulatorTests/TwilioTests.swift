import GatewaySimulator
import RequestLog
import Testing

@Suite struct TwilioTests {
    private static func request(
        to: String = "%2B60123456789", authorization: String? = "Basic QUMxOnRva2Vu", more: String = "&Body=Hello"
    ) -> TestRequest {
        var request = TestRequest(
            path: "/2010-04-01/Accounts/AC1/Messages.json", body: Array("To=\(to)&From=%2B15557654321\(more)".utf8))
        if let authorization { request.headers.append(("Authorization", authorization)) }
        return request
    }

    @Test func acceptsAMessageEachTime() async throws {
        try await withSimulator { simulator async throws in
            for _ in 1...2 {
                let response = try await simulator.response(Self.request())
                #expect(response.status == 201)
                let sid = try #require(try response.json["sid"] as? String)
                #expect(sid.hasPrefix("SM") && sid.utf8.count == 34)
            }
            #expect(try simulator.outcomes().map(\.verdict) == [.accepted, .accepted])
            let request = try #require(try simulator.requests().first)
            #expect((request.device, request.recipient) == ("+15557654321", "+60123456789"))
            #expect((request.dialect, request.kind) == ("twilio", "text"))
        }
    }

    @Test(arguments: [
        (request(authorization: nil), 401, 20003), (request(to: "60123456789"), 400, 21211),
        (request(more: ""), 400, 21602), (request(to: "%2B15550000429"), 429, 20429),
        (request(to: "%2B15550000404"), 400, 21211),
    ])
    func refusesInTwiliosWords(request: TestRequest, status: Int, code: Int) async throws {
        try await withSimulator { simulator async throws in
            let response = try await simulator.response(request)
            #expect(response.status == status)
            #expect(try response.json["code"] as? Int == code)
            #expect(try simulator.outcomes().map(\.verdict) == [.refused])
        }
    }

    /// What is posted, and that the signature holds, a cluster's test shows; here an address that takes no form is good
    /// enough: both posts are tried to the end.
    @Test func theStatusIsPosted() async throws {
        try await withSimulator { simulator async throws in
            let callback = "\(simulator.url)/_sim/hold?a=b".replacing(":", with: "%3A").replacing("/", with: "%2F")
                .replacing("?", with: "%3F").replacing("=", with: "%3D")
            let response = try await simulator.response(Self.request(more: "&Body=x&StatusCallback=\(callback)"))
            #expect(response.status == 201)
            try await eventually("the callbacks") { try await simulator.statistic("repliesGivenUp") == 2 }
            #expect(try await simulator.statistic("repliesTaken") == 0)
        }
    }
}
