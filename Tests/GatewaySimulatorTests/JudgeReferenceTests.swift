import RequestLog
import TestSupport
import Testing

/// The judge against the plainest possible reading of each definition, on random logs.
@Suite struct JudgeReferenceTests {
    private struct Message {
        var capKey: String
        var key: String
        var start: Int64
        var end: Int64?
        var verdict: GatewayVerdict
        var answered: Bool
        var accepted: Int64?
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(arguments: 0..<300)
    func agreesWithBruteForce(round: Int) throws {
        var random = Generator(state: TestSeed.run(UInt64(round) &* 0x9e37_79b9))
        let messages = Self.messages(&random)
        let window = CapRules.Window(
            nanoseconds: Int64.random(in: 1...30, using: &random), cap: Int.random(in: 1...6, using: &random))
        let rules = CapRules(windows: [window], concurrency: Int.random(in: 1...5, using: &random))
        var judge = RequestLogJudge(plan: CapPlan(standard: rules))
        for entry in Self.entries(messages) { judge.add(entry) }
        let verdict = judge.verdict()

        let byCapKey = Dictionary(grouping: messages, by: \.capKey)
        let fullest = byCapKey.mapValues { Self.fullest($0.compactMap(\.accepted), window.nanoseconds) }
        #expect(verdict.overCapCount == fullest.values.count { $0 > window.cap }, "\(TestSeed.name)")
        #expect(verdict.fullestWindow.first?.count ?? 0 == fullest.values.max() ?? 0, "\(TestSeed.name)")
        let open = byCapKey.mapValues(Self.mostOpen)
        #expect(verdict.overOpenCount == open.values.count { $0 > rules.concurrency! }, "\(TestSeed.name)")
        #expect(verdict.maxOpen?.count ?? 0 == open.values.max() ?? 0, "\(TestSeed.name)")

        let byKey = Dictionary(grouping: messages, by: \.key)
        let duplicates = byKey.values.count { attempts in
            attempts.count { $0.end == nil || !($0.verdict == .refused && $0.answered) } > 1
        }
        #expect(verdict.duplicateCount == duplicates, "\(TestSeed.name)")
        #expect(verdict.overlapCount == byKey.values.count(where: Self.overlap), "\(TestSeed.name)")
        #expect(verdict.unfinished == messages.count { $0.end == nil }, "\(TestSeed.name)")
    }

    private static func messages(_ random: inout Generator) -> [Message] {
        // Distinct instants, as the log's clock gives; a line's place decides ties only in foreign logs.
        var instants = Array(stride(from: Int64(0), to: 400, by: 1)).shuffled(using: &random)
        return (0..<Int.random(in: 0...40, using: &random)).map { index in
            let two = [instants.removeLast(), instants.removeLast()].sorted()
            let isFinished = Int.random(in: 0..<10, using: &random) > 0
            let verdict = GatewayVerdict.allCases.randomElement(using: &random)!
            let end = isFinished ? min(two[1], two[0] + 25) : nil
            return Message(
                capKey: "c\(Int.random(in: 0..<3, using: &random))", key: "k\(Int.random(in: 0..<30, using: &random))",
                start: two[0] * 1_000, end: end.map { $0 * 1_000 + Int64(index) + 1 }, verdict: verdict,
                answered: Bool.random(using: &random),
                accepted: verdict == .accepted ? end.map { Int64.random(in: two[0]...$0, using: &random) } : nil)
        }
    }

    private static func entries(_ messages: [Message]) -> [RequestLogEntry] {
        var entries: [RequestLogEntry] = []
        for (index, message) in messages.enumerated() {
            entries.append(
                .request(
                    ReceivedRequest(
                        sequence: UInt64(index + 1), nanoseconds: message.start, device: message.capKey,
                        key: message.key)))
            guard let end = message.end else { continue }
            entries.append(
                .response(
                    RequestOutcome(
                        sequence: UInt64(index + 1), nanoseconds: end, verdict: message.verdict,
                        answered: message.answered, acceptedNanoseconds: message.accepted)))
        }
        return entries
    }

    /// Tries every start x that could matter and some between.
    private static func fullest(_ accepted: [Int64], _ length: Int64) -> Int {
        guard let first = accepted.min(), let last = accepted.max() else { return 0 }
        return ((first - length - 1)...last).map { x in accepted.count { $0 > x && $0 <= x + length } }.max() ?? 0
    }

    private static func mostOpen(_ messages: [Message]) -> Int {
        messages.map { at in messages.count { $0.start <= at.start && at.start < $0.end ?? .max } }.max() ?? 0
    }

    private static func overlap(_ attempts: [Message]) -> Bool {
        attempts.indices.contains { left in
            attempts.indices.contains { right in
                left != right && attempts[left].start < attempts[right].start
                    && attempts[right].start < attempts[left].end ?? .max
            }
        }
    }
}
