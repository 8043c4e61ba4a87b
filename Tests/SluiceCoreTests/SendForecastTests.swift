import SluiceCore
import TestSupport
import Testing

/// The forecast against a simulation that looks at every second and counts everything each time.
@Suite struct SendForecastTests {
    private static func seconds(_ count: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(count) * 1_000_000_000)
    }

    private static func window(_ length: Int, _ limit: Int) -> Caps.Window {
        Caps.Window(length: .seconds(length), limit: limit, margin: .zero)
    }

    /// The second in which the last message is sent.
    private static func simulate(_ forecast: SendForecast, _ messages: Int, history: [Int], from start: Int) -> Int {
        var reference = LimiterReference(caps: forecast.caps)
        reference.attempts = history.map { .init(start: 0, end: .finished(Self.seconds($0).nanoseconds)) }
        var free = Array(repeating: start, count: forecast.devices)
        var left = forecast.ahead + messages
        var second = start
        while true {
            while let device = free.indices.min(by: { free[$0] < free[$1] }), free[device] <= second,
                reference.admits(at: seconds(second).nanoseconds)
            {
                reference.attempts.append(.init(start: 0, end: .finished(seconds(second).nanoseconds)))
                free[device] = second + Int(forecast.gap.components.seconds)
                left -= 1
                if left == 0 { return second }
            }
            second += 1
        }
    }

    @Test func itAgreesWithASimulationOfEverySecond() throws {
        for run in 0..<60 {
            var random = SeededGenerator(seed: TestSeed.run(run))
            let start = 1_000
            let caps = Caps(
                windows: [
                    Self.window(.random(in: 5...60, using: &random), .random(in: 1...6, using: &random)),
                    Self.window(.random(in: 60...400, using: &random), .random(in: 3...20, using: &random)),
                ], concurrency: .random(in: 1...3, using: &random))
            let history = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Int.random(in: 700...start, using: &random)
            }
            let forecast = SendForecast(
                caps: caps, gap: .seconds(Int.random(in: 0...9, using: &random)),
                devices: .random(in: 1...3, using: &random), charges: history.map { .finished(Self.seconds($0)) },
                ahead: .random(in: 0...8, using: &random))
            let messages = Int.random(in: 1...40, using: &random)
            let end = try #require(forecast.end(of: messages, at: Self.seconds(start)))
            #expect(
                end == Self.seconds(Self.simulate(forecast, messages, history: history, from: start)),
                "\(TestSeed.name), run \(run): \(forecast), \(messages) messages")
        }
    }

    @Test func aDayOfCapsIsSentInADay() {
        let caps = Caps(windows: [Self.window(3_600, 80), Self.window(86_400, 800)], concurrency: 50)
        let forecast = SendForecast(caps: caps, gap: .zero)
        #expect(forecast.end(of: 80, at: Self.seconds(0)) == Self.seconds(0))
        #expect(forecast.end(of: 81, at: Self.seconds(0)) == Self.seconds(3_600))
        #expect(forecast.end(of: 800, at: Self.seconds(0)) == Self.seconds(9 * 3_600))
        #expect(forecast.end(of: 801, at: Self.seconds(0)) == Self.seconds(86_400))
    }

    @Test func whatMayNeverBeSentHasNoEnd() {
        let forecast = SendForecast(caps: Caps(windows: [Self.window(60, 0)], concurrency: 1), gap: .zero)
        #expect(forecast.end(of: 1, at: Self.seconds(0)) == nil)
    }

    @Test func whatIsNotKnownCountsAsFull() {
        let forecast = SendForecast(
            caps: Caps(windows: [Self.window(60, 5)], concurrency: 1), gap: .zero, knownFrom: Self.seconds(100))
        #expect(forecast.end(of: 5, at: Self.seconds(100)) == Self.seconds(160))
    }
}

@Suite struct FlowLengthTests {
    private static func length(_ document: String) throws -> FlowLength {
        FlowLength(try CompiledFlow(try FlowGraph(document: document)))
    }

    @Test func theLongestWayCounts() throws {
        let length = try Self.length(
            """
            {"nodes": [{"id":"a","type":"message","data":{"text":"A"}},
                {"id":"w","type":"wait","data":{"duration":2,"timeUnit":"minutes"}},
                {"id":"c","type":"condition","data":{"condition":{"field":"reply","exists":true}}},
                {"id":"b","type":"message","data":{"text":"B"}}, {"id":"d","type":"message","data":{"text":"D"}},
                {"id":"e","type":"message","data":{"text":"E"}}],
             "edges": [{"source":"a","target":"w"},{"source":"w","target":"c"},
                {"source":"c","target":"b","sourceHandle":"yes"},{"source":"b","target":"d"},
                {"source":"c","target":"e","sourceHandle":"no"}]}
            """)
        #expect(length.messages == 3 && length.seconds == 122 && !length.repeats)
    }

    @Test func aCircleCountsOnce() throws {
        let length = try Self.length(
            """
            {"nodes": [{"id":"s","type":"start"},{"id":"a","type":"message","data":{"text":"A"}},
                {"id":"w","type":"wait","data":{"duration":1,"timeUnit":"days"}}],
             "edges": [{"source":"s","target":"a"},{"source":"a","target":"w"},{"source":"w","target":"a"}]}
            """)
        #expect(length.messages == 1 && length.repeats)
    }
}
