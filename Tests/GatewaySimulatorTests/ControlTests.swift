import GatewaySimulator
import RequestLog
import Testing

@Suite struct ControlTests {
    @Test func aHeldAnswerWaits() async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(.control("hold", #"{"hold":true}"#))
            let connection = try TestConnection.open(port: simulator.port)
            try await connection.send(.gowa())
            try await eventually("held") { try await simulator.statistic("held") == 1 }
            try await eventually("the request in the log") { try simulator.requests().count == 1 }
            #expect(try simulator.outcomes().isEmpty)
            _ = try await simulator.response(.control("hold", #"{"hold":false}"#))
            guard case .response(let response) = try await connection.receive() else { throw Unanswered() }
            #expect(response.status == 200)
        }
    }

    @Test func aStateLastsAsLongAsItIsTold() async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(
                .control("devices/dev-1", #"{"state":"disconnected","forSeconds":1}"#))
            #expect(try await simulator.response(.gowa()).status == 401)
            try await eventually("connected again") { try await simulator.response(.gowa()).status == 200 }
        }
    }

    @Test func faultsAndLatencyChangeWhileItRuns() async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(.control("faults", #"{"refuse-429":1}"#))
            #expect(try await simulator.response(.gowa()).status == 429)
            _ = try await simulator.response(.control("faults", "{}"))
            _ = try await simulator.response(.control("latency", #"{"text":{"fixedMs":150}}"#))
            let start = ContinuousClock.now
            #expect(try await simulator.response(.gowa()).status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(150))
        }
    }

    @Test func aHostThatIsDownResetsAndComesBack() async throws {
        try await withSimulator { simulator async throws in
            let idle = try TestConnection.open(port: simulator.port)
            _ = try await simulator.response(.control("host", #"{"mode":"reset"}"#))
            #expect(try await simulator.reception(.gowa()) == .reset)
            try await idle.send(.gowa())
            #expect(try await idle.receive() == .reset)
            #expect(try simulator.requests().isEmpty)
            _ = try await simulator.response(.control("host", #"{"mode":"up"}"#))
            #expect(try await simulator.response(.gowa()).status == 200)
        }
    }

    @Test func aHostThatHangsLosesWhatIsOpen() async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(.control("hold", #"{"hold":true}"#))
            let open = try TestConnection.open(port: simulator.port)
            try await open.send(.gowa())
            let waiting = try TestConnection.open(port: simulator.port)
            try await waiting.send(.gowa())
            try await eventually("received") { try await simulator.statistic("open") == 2 }
            _ = try await simulator.response(.control("host", #"{"mode":"hang"}"#))
            #expect(try await open.receive(milliseconds: 100) == .silence)
            #expect(try await simulator.reception(.gowa(), milliseconds: 100) == .silence)
            let outcomes = try simulator.outcomes()
            #expect(outcomes.count == 2)
            #expect(outcomes.allSatisfy { $0.verdict == .dropped && $0.code == "HOST_DOWN" && !$0.answered })
            _ = try await simulator.response(.control("hold", #"{"hold":false}"#))
            _ = try await simulator.response(.control("host", #"{"mode":"hang","forSeconds":0.1}"#))
            try await eventually("up again") {
                guard case .response(let response) = try await simulator.reception(.gowa(), milliseconds: 100) else {
                    return false
                }
                return response.status == 200
            }
        }
    }

    @Test func statisticsCount() async throws {
        try await withSimulator { simulator async throws in
            for suffix in ["200", "429", "500"] {
                _ = try await simulator.response(.gowa(phone: SandboxRecipients.prefix + suffix))
            }
            _ = try await simulator.response(.control("devices/x", #"{"state":"banned"}"#))
            let statistics = try await simulator.response(.get("/_sim/stats")).json
            #expect(statistics["requests"] as? Int == 3)
            #expect(statistics["accepted"] as? Int == 1)
            #expect(statistics["refused"] as? Int == 1)
            #expect(statistics["dropped"] as? Int == 1)
            #expect(statistics["open"] as? Int == 0)
            #expect((statistics["devices"] as? [String: Int]) == ["banned": 1])
            #expect(try await simulator.response(.get("/_sim/healthz")).status == 200)
        }
    }

    @Test(arguments: [
        ("faults", #"{"no-such-fault":1}"#), ("faults", #"{"refuse-429":0.6,"refuse-503":0.6}"#),
        ("latency", #"{"text":{"fixedMs":-1}}"#), ("latency", #"{"profile":"none"}"#), ("hold", "{}"),
        ("devices/d", #"{"state":"asleep"}"#), ("devices/", #"{"state":"banned"}"#), ("host", "down"),
    ])
    func aControlThatMakesNoSenseIsRefused(path: String, json: String) async throws {
        try await withSimulator { simulator async throws in
            #expect(try await simulator.response(.control(path, json)).status == 400)
        }
    }

    @Test func boundsHold() async throws {
        let change: ConfigurationChange = {
            $0.limits.bodyBytes = 100
            $0.limits.openRequests = 1
            $0.limits.connections = 3
        }
        try await withSimulator(change) { simulator async throws in
            let long = #"{"phone":"60123456789","message":"\#(String(repeating: "x", count: 100))"}"#
            #expect(try await simulator.response(.gowa(json: long)).status == 413)
            #expect(try simulator.requests().isEmpty)
            _ = try await simulator.response(.control("hold", #"{"hold":true}"#))
            let first = try TestConnection.open(port: simulator.port)
            try await first.send(.gowa())
            try await eventually("held") { try await simulator.statistic("held") == 1 }
            #expect(try await simulator.response(.gowa(device: "other")).status == 503)
            let second = try TestConnection.open(port: simulator.port)
            try await second.send(.get("/_sim/healthz"))
            guard case .response = try await second.receive() else { throw Unanswered() }
            let third = try TestConnection.open(port: simulator.port)
            try await third.send(.get("/_sim/healthz"))
            guard case .response = try await third.receive() else { throw Unanswered() }
            let fourth = try TestConnection.open(port: simulator.port)
            #expect([.closed, .reset].contains(try await fourth.receive()))
        }
    }
}
