import Foundation
import Testing

@testable import GatewaySimulator

@Suite struct PartsTests {
    @Test(arguments: [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (3, "cb1ad2119d8fafb69566510ee712661f9f14b83385006ef92aec47f523a38358"),
        (55, "8963cc0afd622cc7574ac2011f93a3059b3d65548a77542a1559e3d202e6ab00"),
        (56, "6ea719cefa4b31862035a7fa606b7cc3602f46231117d135cc7119b3c1412314"),
        (64, "d53eda7a637c99cc7fb566d96e9fa109bf15c478410a3f5eb4d4c4e26cd081f6"),
        (1_000, "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"),
    ])
    func hashesLikeSHA256Sum(length: Int, digest: String) {
        // head -c N /dev/zero | tr '\0' A | sha256sum
        var whole = SHA256()
        let bytes = [UInt8](repeating: 0x41, count: length)
        bytes.withUnsafeBytes { whole.update($0) }
        #expect(whole.hexDigest() == digest)
        var pieces = SHA256()
        for byte in bytes { withUnsafeBytes(of: byte) { pieces.update($0) } }
        #expect(pieces.hexDigest() == digest)
    }

    /// RFC 4231, case 2; the others by Python's hmac.
    @Test(arguments: [
        ("Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            String(repeating: "k", count: 100), String(repeating: "A", count: 200),
            "f6e2d422c201ad6424de6aa86fb675056ddddd7dec1bd854a936734c839384a6"
        ),
    ])
    func signsLikeHMAC(key: String, message: String, code: String) {
        #expect(SHA256.hexCode(of: Array(message.utf8), key: Array(key.utf8)) == code)
    }

    @Test func latencyHasTheQuantilesItWasGiven() {
        var random = RandomSource(seed: 7)
        let latency = Latency.lognormal(p50Milliseconds: 350, p99Milliseconds: 3_000)
        let draws = (0..<50_000).map { _ in latency.nanoseconds(&random) }.sorted()
        #expect(abs(Double(draws[25_000]) / 350e6 - 1) < 0.03)
        #expect(abs(Double(draws[49_500]) / 3_000e6 - 1) < 0.08)
    }

    @Test(arguments: [
        ("0", Latency.fixed(milliseconds: 0)), ("200ms", .fixed(milliseconds: 200)),
        ("fixed:1.5s", .fixed(milliseconds: 1_500)),
        ("350ms/3s", .lognormal(p50Milliseconds: 350, p99Milliseconds: 3_000)), ("", nil), ("5", nil), ("-1s", nil),
        ("3s/1s", nil), ("nanms", nil),
    ])
    func readsALatency(argument: String, latency: Latency?) {
        #expect(Latency(argument: argument) == latency)
    }

    @Test func faultsAreDrawnAtTheirRates() throws {
        let rates = try FaultRates(arguments: ["refuse-429=0.1", "accept-then-500=0.3"])
        var random = RandomSource(seed: 3)
        var counts: [Fault?: Int] = [:]
        for _ in 0..<20_000 { counts[rates.draw(&random), default: 0] += 1 }
        #expect(counts.keys.count == 3)
        #expect(abs(Double(counts[.refuseRateLimited] ?? 0) / 20_000 - 0.1) < 0.01)
        #expect(abs(Double(counts[.acceptThenServerError] ?? 0) / 20_000 - 0.3) < 0.02)
    }

    @Test func readsAScenario() throws {
        let json = """
            {"seed":9,"profile":"cloud","latency":{"text":{"fixedMs":5},"image":{"p50Ms":1,"p99Ms":2}},
             "faults":{"refuse-429":0.01},"lateAcceptSeconds":3,
             "devices":{"a":{"state":"banned","forSeconds":60,"faults":{"drop-then-reset":1}}}}
            """
        let scenario = try JSONDecoder().decode(Scenario.self, from: Data(json.utf8))
        #expect(scenario.seed == 9)
        #expect(scenario.latency.text == .fixed(milliseconds: 5))
        #expect(scenario.devices["a"]?.state == .banned)
        #expect(scenario.faults == (try FaultRates([.refuseRateLimited: 0.01])))
        let again = try JSONDecoder().decode(Scenario.self, from: JSONEncoder().encode(scenario))
        #expect(again == scenario)
        #expect(throws: ConfigurationError.self) {
            try JSONDecoder().decode(Scenario.self, from: Data(#"{"fault":{}}"#.utf8))
        }
    }

    @Test(
        arguments: [
            { $0.port = 70_000 }, { $0.basePath = "gowa" }, { $0.webhookPaths = ["/_sim/x"] }, { $0.basicAuth = "x" },
            { $0.limits.bodyBytes = 0 }, { $0.scenario.silenceSeconds = -1 }, { $0.scenario.dripSeconds = .nan },
        ] as [@Sendable (inout SimulatorConfiguration) -> Void])
    func refusesAConfigurationThatCannotBeUsed(change: @Sendable (inout SimulatorConfiguration) -> Void) {
        var configuration = SimulatorConfiguration(logPath: "/dev/null")
        #expect(throws: Never.self) { try configuration.validate() }
        change(&configuration)
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }

    @Test func theClockNeverRepeatsItself() {
        var clock = LogClock(after: 9_000_000_000_000_000_000)
        let instants = (0..<1_000).map { _ in clock.now() }
        #expect(instants[0] > 9_000_000_000_000_000_000)
        #expect(zip(instants, instants.dropFirst()).allSatisfy { $0 < $1 })
    }
}
