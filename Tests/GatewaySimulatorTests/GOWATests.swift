import GatewaySimulator
import RequestLog
import Testing

@Suite struct GOWATests {
    @Test func acceptsATextAndLogsBothEnds() async throws {
        try await withSimulator { simulator async throws in
            let response = try await simulator.response(.gowa(device: "dev 9", key: "k-1", attempt: 3))
            #expect(response.status == 200)
            #expect(try response.json["code"] as? String == "SUCCESS")
            let id = try (response.json["results"] as? [String: Any])?["message_id"] as? String
            let request = try #require(try simulator.requests().first)
            #expect(request.sequence == 1)
            #expect(request.device == "dev 9")
            #expect(request.recipient == "60123456789")
            #expect((request.key, request.attempt, request.epoch) == ("k-1", 3, 7))
            #expect((request.dialect, request.kind) == ("gowa", "text"))
            // printf '{"phone":"60123456789","message":"hello"}' | sha256sum
            #expect(request.bodySHA == "584394806147ce7c6697c3c783c25c3a56d230dead4f7e462ad52c833e4614bc")
            let outcome = try #require(try simulator.outcomes().first)
            #expect(outcome.verdict == .accepted)
            #expect(outcome.answered && outcome.status == 200 && outcome.code == "SUCCESS")
            #expect(outcome.messageID == id)
            let accepted = try #require(outcome.acceptedNanoseconds)
            #expect(request.nanoseconds < accepted && accepted < outcome.nanoseconds)
        }
    }

    @Test(arguments: [
        (#"{"phone":"60123456789","message":""}"#, "VALIDATION_ERROR"),
        (#"{"phone":"","message":"x"}"#, "VALIDATION_ERROR"),
        (#"{"phone":"0123456789","message":"x"}"#, "VALIDATION_ERROR"),
        (#"{"phone":"+60123456789","message":"x"}"#, "VALIDATION_ERROR"),
        (#"{"phone":"60123456789","message":"x""#, "VALIDATION_ERROR"),
        ("", "VALIDATION_ERROR"),
        (#"{"phone":"60123456789@s.whatsapp.net","message":"x"}"#, "SUCCESS"),
    ])
    func validatesABody(json: String, code: String) async throws {
        try await withSimulator { simulator async throws in
            let response = try await simulator.response(.gowa(json: json))
            #expect(try response.json["code"] as? String == code)
            #expect(response.status == (code == "SUCCESS" ? 200 : 400))
            #expect(try simulator.outcomes().first?.verdict == (code == "SUCCESS" ? .accepted : .refused))
        }
    }

    @Test func demandsADevice() async throws {
        try await withSimulator { simulator async throws in
            let response = try await simulator.response(.gowa(device: nil))
            #expect(response.status == 400)
            #expect(try response.json["code"] as? String == "DEVICE_ID_REQUIRED")
        }
    }

    @Test func knowsOnlyTheListedDevices() async throws {
        let change: ConfigurationChange = { $0.knownDevices = ["dev-1"] }
        try await withSimulator(change) { simulator async throws in
            #expect(try await simulator.response(.gowa(device: "dev-1")).status == 200)
            let response = try await simulator.response(.gowa(device: "dev-2"))
            #expect(response.status == 404)
            #expect(try response.json["code"] as? String == "DEVICE_NOT_FOUND")
            #expect(try await simulator.response(.get("/devices/dev-2/status")).status == 404)
        }
    }

    @Test func takesAnImageAsFormAndAsJSON() async throws {
        try await withSimulator { simulator async throws in
            let form = """
                --b1\r\nContent-Disposition: form-data; name="phone"\r\n\r\n60123456789\r\n\
                --b1\r\ncontent-disposition: form-data; name="caption"\r\n\r\n\r\n\
                --b1\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\
                \u{1}\r\n--b\r\n\r\n--b1--\r\n
                """
            var request = TestRequest(path: "/send/image", body: Array(form.utf8))
            request.headers = [("X-Device-Id", "d"), ("Content-Type", "multipart/form-data; boundary=b1")]
            #expect(try await simulator.response(request).status == 200)
            request.body = Array(form.replacing("name=\"image\"", with: "name=\"other\"").utf8)
            #expect(try await simulator.response(request).status == 400)
            request.headers = [("X-Device-Id", "d"), ("Content-Type", "application/json")]
            request.body = Array(#"{"phone":"60123456789","image_url":"http://example.org/a.png"}"#.utf8)
            #expect(try await simulator.response(request).status == 200)
            #expect(try simulator.requests().map(\.kind) == ["image", "image", "image"])
            #expect(try simulator.requests().allSatisfy { $0.recipient == "60123456789" })
        }
    }

    @Test func demandsThePasswordAndTheBasePath() async throws {
        let change: ConfigurationChange = {
            $0.basicAuth = "user:secret"
            $0.basePath = "/gowa"
        }
        try await withSimulator(change) { simulator async throws in
            var request = TestRequest.gowa()
            #expect(try await simulator.response(request).status == 404)
            request.path = "/gowa/send/message"
            let refused = try await simulator.response(request)
            #expect(refused.status == 401 && refused.body == "Unauthorized")
            request.headers.append(("Authorization", "Basic dXNlcjpzZWNyZXQ="))
            #expect(try await simulator.response(request).status == 200)
            #expect(try await simulator.response(.get("/gowa/devices/d/status")).status == 401)
        }
    }

    @Test(arguments: [
        ("connected", true, true, 200, ""), ("disconnected", false, true, 401, "not connect"),
        ("logged_out", false, false, 401, "not logged in"), ("banned", false, false, 401, "not logged in"),
    ])
    func answersByDeviceState(state: String, connected: Bool, loggedIn: Bool, status: Int, text: String) async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(.control("devices/dev%201", #"{"state":"\#(state)"}"#))
            let answer = try await simulator.response(.get("/devices/dev%201/status"))
            let results = try answer.json["results"] as? [String: Any]
            #expect(results?["is_connected"] as? Bool == connected)
            #expect(results?["is_logged_in"] as? Bool == loggedIn)
            let response = try await simulator.response(.gowa(device: "dev 1"))
            #expect(response.status == status)
            #expect(response.body.contains(text))
        }
    }

    @Test func sendsARepeatedKeyTwice() async throws {
        try await withSimulator { simulator async throws in
            for _ in 1...2 { _ = try await simulator.response(.gowa(key: "same")) }
            #expect(try simulator.outcomes().map(\.verdict) == [.accepted, .accepted])
        }
    }
}
