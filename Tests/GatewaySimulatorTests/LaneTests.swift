import GatewaySimulator
import RequestLog
import Testing

@Suite struct LaneTests {
    @Test func aDeviceHandlesOneMessageAtATime() async throws {
        let latency = LatencyProfile(text: .fixed(milliseconds: 40), image: .fixed(milliseconds: 40))
        let change: ConfigurationChange = { $0.scenario.latency = latency }
        try await withSimulator(change) { simulator async throws in
            try await withThrowingTaskGroup { group in
                for index in 0..<12 {
                    group.addTask {
                        let response = try await simulator.response(.gowa(device: "dev-\(index % 2)"))
                        #expect(response.status == 200)
                    }
                }
                try await group.waitForAll()
            }
            let devices = Dictionary(uniqueKeysWithValues: try simulator.requests().map { ($0.sequence, $0.device!) })
            for device in ["dev-0", "dev-1"] {
                let accepted = try simulator.outcomes().filter { devices[$0.sequence] == device }
                    .map { try #require($0.acceptedNanoseconds) }.sorted()
                #expect(accepted.count == 6)
                for (earlier, later) in zip(accepted, accepted.dropFirst()) { #expect(later - earlier >= 39_000_000) }
            }
        }
    }

    @Test func aBusyDeviceDelaysNoOther() async throws {
        let change: ConfigurationChange = { $0.scenario.latency.text = .fixed(milliseconds: 60_000) }
        try await withSimulator(change) { simulator async throws in
            let busy = try TestConnection.open(port: simulator.port)
            try await busy.send(.gowa(device: "busy"))
            try await eventually("received") { try await simulator.statistic("open") == 1 }
            _ = try await simulator.response(.control("latency", #"{"profile":"stress"}"#))
            #expect(try await simulator.response(.gowa(device: "free")).status == 200)
            #expect(try await simulator.statistic("open") == 1)
        }
    }

    @Test func aMessageGoesOutAfterItsClientHungUp() async throws {
        let latency = LatencyProfile(text: .fixed(milliseconds: 1_000), image: .fixed(milliseconds: 0))
        let change: ConfigurationChange = { $0.scenario.latency = latency }
        try await withSimulator(change) { simulator async throws in
            let connection = try TestConnection.open(port: simulator.port)
            try await connection.send(.gowa(key: "late"))
            try await eventually("received") { try await simulator.statistic("open") == 1 }
            connection.hangUp()
            try await eventually("accepted late") { try simulator.outcomes().count == 1 }
            let outcome = try simulator.outcomes()[0]
            #expect(outcome.verdict == .accepted && !outcome.answered && outcome.status == nil)
            #expect(try outcome.acceptedNanoseconds! - simulator.requests()[0].nanoseconds >= 999_000_000)
        }
    }

    @Test(arguments: [(0.0, 60_000.0), (0.1, 60_000.0)])
    func aMessageIsNotAcceptedOrOpenLaterThanAllowed(lateAccept: Double, latency: Double) async throws {
        let change: ConfigurationChange = {
            $0.scenario.latency.text = .fixed(milliseconds: latency)
            $0.scenario.lateAcceptSeconds = lateAccept
        }
        try await withSimulator(change) { simulator async throws in
            let connection = try TestConnection.open(port: simulator.port)
            try await connection.send(.gowa())
            try await eventually("received") { try await simulator.statistic("open") == 1 }
            connection.hangUp()
            try await eventually("dropped") { try simulator.outcomes().count == 1 }
            let outcome = try simulator.outcomes()[0]
            #expect(outcome.verdict == .dropped && outcome.code == "CLIENT_GONE" && !outcome.answered)
        }
    }

    @Test func aMessageIsOverOnceThoughItsTimeOutAndTheEndOfItsWorkAreDueTogether() async throws {
        let change: ConfigurationChange = {
            $0.scenario.latency.text = .fixed(milliseconds: 400)
            $0.scenario.lateAcceptSeconds = 0.3
        }
        try await withSimulator(change) { simulator async throws in
            // Its hash keeps the simulator from looking at the time until both are due.
            let text = String(repeating: "x", count: 4 << 20)
            let large = TestRequest.gowa(device: "large", json: #"{"phone":"60123456789","message":"\#(text)"}"#).bytes
            let busy = try TestConnection.open(port: simulator.port)
            try await busy.send(bytes: large.dropLast())
            let gone = try TestConnection.open(port: simulator.port)
            try await gone.send(.gowa(key: "gone"))
            try await eventually("received") { try await simulator.statistic("open") == 1 }
            gone.hangUp()
            try await busy.send(bytes: large.suffix(1))
            try await eventually("both over") { try simulator.outcomes().count == 2 }
            let sequence = try #require(simulator.requests().first { $0.key == "gone" }).sequence
            let ends = try simulator.outcomes().filter { $0.sequence == sequence }
            #expect(ends.map(\.verdict) == [.dropped])
            #expect(try await simulator.statistic("open") == 0)
        }
    }

    @Test func theGatewayTimesOutByItself() async throws {
        let change: ConfigurationChange = {
            $0.scenario.latency.text = .fixed(milliseconds: 60_000)
            $0.scenario.gatewayTimeoutSeconds = 0.2
        }
        try await withSimulator(change) { simulator async throws in
            async let working = simulator.response(.gowa(key: "working"))
            try await eventually("received") { try await simulator.statistic("open") == 1 }
            async let waiting = simulator.response(.gowa(key: "waiting"))
            #expect(try await (working.status, waiting.status) == (504, 504))
            let verdicts = try simulator.outcomes().sorted { $0.sequence < $1.sequence }.map(\.verdict)
            #expect(verdicts.first == .accepted)
            #expect(verdicts.count == 2)
        }
    }

    @Test func aDeviceThatGoesTakesItsLineAlong() async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(.control("hold", #"{"hold":true}"#))
            async let first = simulator.response(.gowa())
            try await eventually("held") { try await simulator.statistic("held") == 1 }
            async let second = simulator.response(.gowa())
            try await eventually("waiting") { try await simulator.statistic("open") == 2 }
            _ = try await simulator.response(.control("devices/dev-1", #"{"state":"logged_out"}"#))
            _ = try await simulator.response(.control("hold", #"{"hold":false}"#))
            #expect(try await first.status == 200)
            #expect(try await second.status == 401)
        }
    }

    @Test func aLongLineWithoutLatencyDoesNotExhaustTheStack() async throws {
        try await withSimulator { simulator async throws in
            _ = try await simulator.response(.control("hold", #"{"hold":true}"#))
            let connections = try await withThrowingTaskGroup(of: TestConnection.self) { group in
                for _ in 0..<600 {
                    group.addTask {
                        let connection = try TestConnection.open(port: simulator.port)
                        try await connection.send(.gowa())
                        return connection
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await eventually("all waiting") { try await simulator.statistic("open") == 600 }
            _ = try await simulator.response(.control("hold", #"{"hold":false}"#))
            for connection in connections {
                guard case .response(let response) = try await connection.receive() else { throw Unanswered() }
                #expect(response.status == 200)
            }
            #expect(try simulator.outcomes().count == 600)
        }
    }
}
