import GatewaySimulator
import RequestLog
import Testing

@Suite struct FaultTests {
    /// What each sandbox recipient does to a GOWA text: verdict, whether it was answered, and the HTTP status.
    private static let expected: [String: (GatewayVerdict, Bool, Int?)] = [
        "200": (.accepted, true, 200), "201": (.accepted, true, 201), "202": (.dropped, true, 200),
        "203": (.accepted, true, 200), "210": (.accepted, true, 200),
        "220": (.accepted, true, 200), "221": (.accepted, true, 200), "222": (.accepted, true, 200),
        "400": (.refused, true, 400),
        "401": (.refused, true, 401),
        "403": (.refused, true, 401), "404": (.refused, true, 400), "408": (.accepted, false, nil),
        "409": (.dropped, false, nil), "410": (.dropped, false, nil), "411": (.accepted, false, nil),
        "412": (.accepted, false, nil), "413": (.accepted, true, 200), "429": (.refused, true, 429),
        "430": (.refused, true, 429),
        "431": (.refused, true, 429), "500": (.dropped, true, 500), "501": (.accepted, true, 500),
        "502": (.dropped, true, 502), "503": (.refused, true, 503), "504": (.accepted, true, 504),
        "505": (.accepted, true, 502), "507": (.refused, true, 500),
    ]

    @Test func sandboxRecipientsAreComplete() {
        #expect(Set(SandboxRecipients.outcomes.map(\.suffix)) == Set(Self.expected.keys))
        let reachable = SandboxRecipients.outcomes.compactMap { outcome -> Fault? in
            if case .fault(let fault) = outcome.outcome { fault } else { nil }
        }
        #expect(Set(reachable) == Set(Fault.allCases))
    }

    @Test(arguments: SandboxRecipients.outcomes.map(\.suffix))
    func sandboxRecipient(suffix: String) async throws {
        let (verdict, answered, status) = try #require(Self.expected[suffix])
        let change: ConfigurationChange = {
            $0.scenario.silenceSeconds = 0.2
            $0.scenario.dripSeconds = 0.2
        }
        try await withSimulator(change) { simulator async throws in
            let reception = try await simulator.reception(.gowa(phone: SandboxRecipients.prefix + suffix))
            if case .response(let response) = reception {
                #expect(response.status == status)
                #expect((response.headers["retry-after"] != nil) == (suffix == "430"))
            } else {
                #expect(status == nil)
                #expect(reception == .reset)
            }
            // A reset may overtake the log, on purpose.
            try await eventually("the outcome is logged") { try simulator.outcomes().count == 1 }
            let outcome = try #require(try simulator.outcomes().first)
            #expect(outcome.verdict == verdict)
            #expect(outcome.answered == answered)
            #expect(outcome.status == status)
            #expect((outcome.acceptedNanoseconds != nil) == (verdict == .accepted))
            #expect((outcome.fault == nil) == ["200", "210", "220", "221", "222"].contains(suffix))
        }
    }

    @Test func aSilentRequestIsOpenUntilItsClientHangsUp() async throws {
        try await withSimulator { simulator async throws in
            let connection = try TestConnection.open(port: simulator.port)
            try await connection.send(.gowa(phone: SandboxRecipients.prefix + "408", key: "k"))
            try await eventually("received") { try await simulator.statistic("open") == 1 }
            // The device itself is free again.
            #expect(try await simulator.response(.gowa()).status == 200)
            #expect(try simulator.outcomes().count == 1)
            connection.hangUp()
            try await eventually("logged") { try simulator.outcomes().count == 2 }
            let outcome = try #require(try simulator.outcomes().first { $0.sequence == 1 })
            #expect(outcome.verdict == .accepted && !outcome.answered && outcome.code == "NO_ANSWER")
            #expect(try #require(outcome.acceptedNanoseconds) < simulator.requests()[1].nanoseconds)
        }
    }

    @Test func aReusedConnectionIsClosedAfterReading() async throws {
        try await withSimulator { simulator async throws in
            let connection = try TestConnection.open(port: simulator.port)
            let closing = TestRequest.gowa(phone: SandboxRecipients.prefix + "413")
            try await connection.send(closing)
            guard case .response(let first) = try await connection.receive() else {
                Issue.record("the first request of a connection is answered")
                return
            }
            #expect(first.status == 200)
            try await connection.send(closing)
            #expect(try await connection.receive() == .closed)
            let outcomes = try simulator.outcomes()
            #expect(outcomes.map(\.verdict) == [.accepted, .dropped])
            #expect(outcomes.map(\.code) == ["SUCCESS", "CLOSED"])
        }
    }

    @Test func aDripTakesItsTime() async throws {
        let change: ConfigurationChange = { $0.scenario.dripSeconds = 0.4 }
        try await withSimulator(change) { simulator async throws in
            let start = ContinuousClock.now
            #expect(try await simulator.response(.gowa(phone: SandboxRecipients.prefix + "203")).status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(400))
        }
    }

    @Test func aDevicesFaultsReplaceTheGeneralOnes() async throws {
        let general = try FaultRates([.refuseUnavailable: 1])
        let own = try FaultRates([.refuseValidation: 1])
        let change: ConfigurationChange = {
            $0.scenario.faults = general
            $0.scenario.devices["bad"] = DeviceRules(faults: own)
        }
        try await withSimulator(change) { simulator async throws in
            #expect(try await simulator.response(.gowa(device: "any")).status == 503)
            #expect(try await simulator.response(.gowa(device: "bad")).status == 400)
            #expect(try await simulator.response(.gowa(phone: SandboxRecipients.prefix + "200")).status == 200)
        }
    }

    @Test func sameSeedSameFaultsWhateverTheOrder() async throws {
        let rates = try FaultRates([.refuseUnavailable: 0.3, .acceptThenServerError: 0.3])
        let keys = (0..<60).map { "key-\($0)" }
        func run(_ keys: [String], seed: UInt64) async throws -> [String: String?] {
            let change: ConfigurationChange = {
                $0.scenario.faults = rates
                $0.scenario.seed = seed
            }
            return try await withSimulator(change) { simulator async throws in
                for key in keys { _ = try await simulator.response(.gowa(key: key)) }
                let faults = Dictionary(uniqueKeysWithValues: try simulator.outcomes().map { ($0.sequence, $0.fault) })
                return Dictionary(
                    uniqueKeysWithValues: try simulator.requests().map { ($0.key!, faults[$0.sequence]!) })
            }
        }
        let forward = try await run(keys, seed: 11)
        #expect(try await run(keys.reversed(), seed: 11) == forward)
        #expect(try await run(keys, seed: 12) != forward)
        #expect(Set(forward.values) == [nil, "refuse-503", "accept-then-500"])
    }
}
