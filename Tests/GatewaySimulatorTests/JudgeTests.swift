import RequestLog
import Testing

/// Logs written by hand, whose verdict is known.
@Suite struct JudgeTests {
    /// A log in seconds: `open` at one instant, accepted and answered at another.
    private struct Script {
        var entries: [RequestLogEntry] = []
        private var sequence: UInt64 = 0

        mutating func request(
            _ start: Double, device: String = "d", key: String? = nil, dialect: String = "gowa"
        ) -> UInt64 {
            sequence += 1
            entries.append(
                .request(
                    ReceivedRequest(
                        sequence: sequence, nanoseconds: Int64(start * 1e9), device: device, key: key,
                        dialect: dialect)))
            return sequence
        }

        mutating func end(
            _ sequence: UInt64, _ end: Double, _ verdict: GatewayVerdict = .accepted, answered: Bool = true,
            accepted: Double? = nil
        ) {
            let instant: Int64? = verdict == .accepted ? Int64((accepted ?? end) * 1e9) : nil
            entries.append(
                .response(
                    RequestOutcome(
                        sequence: sequence, nanoseconds: Int64(end * 1e9), verdict: verdict, answered: answered,
                        acceptedNanoseconds: instant)))
        }

        mutating func message(
            _ start: Double, _ end: Double, _ verdict: GatewayVerdict = .accepted, answered: Bool = true,
            device: String = "d", key: String? = nil, dialect: String = "gowa"
        ) {
            let sequence = request(start, device: device, key: key, dialect: dialect)
            self.end(sequence, end, verdict, answered: answered)
        }

        func verdict(_ rules: CapRules = CapRules(), deduplicating: Set<String> = []) -> Verdict {
            verdict(CapPlan(standard: rules), deduplicating: deduplicating)
        }

        func verdict(_ plan: CapPlan, deduplicating: Set<String> = []) -> Verdict {
            var judge = RequestLogJudge(plan: plan, deduplicatingDialects: deduplicating)
            for entry in entries { judge.add(entry) }
            return judge.verdict()
        }
    }

    @Test func aWindowIsOpenAtItsStartAndClosedAtItsEnd() {
        let rules = CapRules(windows: [.init(seconds: 10, cap: 2)])
        var exact = Script()
        for end in [1.0, 2, 11, 12] { exact.message(end - 0.5, end) }
        #expect(exact.verdict(rules).isClean)
        #expect(exact.verdict(rules).fullestWindow.first?.count == 2)
        #expect(exact.verdict(rules).filledWindows == 1)

        var over = Script()
        for end in [1.0, 2, 10.999_999_999] { over.message(end - 0.5, end) }
        let verdict = over.verdict(rules)
        #expect(!verdict.isClean)
        #expect(verdict.overCapCount == 1)
        #expect(verdict.overCap.first?.count == 3)
        #expect(verdict.overCap.first?.endNanoseconds == 10_999_999_999)
    }

    @Test func capsCountAcceptanceAndNothingElse() {
        var script = Script()
        for index in 0..<5 { script.message(Double(index), Double(index) + 0.5, .refused) }
        for index in 5..<8 { script.message(Double(index), Double(index) + 0.5, .dropped) }
        let late = script.request(8)
        script.end(late, 100, .accepted, answered: false, accepted: 9)
        script.message(10, 11)
        let verdict = script.verdict(CapRules(windows: [.init(seconds: 3, cap: 1)]))
        #expect((verdict.sends, verdict.accepted, verdict.refused, verdict.dropped) == (10, 2, 5, 3))
        // 9 and 11: the moment of acceptance counts, not the end at 100.
        #expect(verdict.overCap.first?.count == 2)
    }

    @Test func devicesShareTheirCapKey() {
        var script = Script()
        script.message(0, 1, device: "a")
        script.message(1, 2, device: "b")
        script.message(2, 3, device: "c")
        let shared = CapPlan(
            standard: CapRules(hourly: 1), byCapKey: ["number": CapRules(hourly: 2)],
            capKeyOfDevice: ["a": "number", "b": "number"])
        #expect(script.verdict(shared).isClean)
        let strict = CapPlan(standard: CapRules(hourly: 1), capKeyOfDevice: ["a": "number", "b": "number"])
        #expect(script.verdict(strict).overCap.map(\.capKey) == ["number"])
    }

    @Test func countsOpenRequests() {
        var script = Script()
        script.message(0, 10)
        script.message(1, 2)
        script.message(2, 3, .refused)
        let open = script.request(9.5)
        #expect(script.verdict(CapRules(concurrency: 2)).isClean)
        #expect(script.verdict(CapRules(concurrency: 2)).maxOpen?.count == 2)
        script.end(open, 11)
        script.message(9.6, 9.7)
        let verdict = script.verdict(CapRules(concurrency: 2))
        #expect(verdict.overOpenCount == 1)
        #expect(verdict.overOpen.first?.count == 3)
        #expect(verdict.overOpen.first?.nanoseconds == 9_600_000_000)
    }

    @Test func anUnfinishedRequestStaysOpen() {
        var script = Script()
        _ = script.request(0)
        script.message(100, 101)
        #expect(script.verdict(CapRules(concurrency: 1)).overOpenCount == 1)
        #expect(script.verdict().unfinished == 1)
    }

    @Test(arguments: [
        // verdict and answered of the first attempt, and whether a second one is a duplicate
        (GatewayVerdict.refused, true, false), (.refused, false, true), (.dropped, true, true),
        (.dropped, false, true), (.accepted, true, true), (.accepted, false, true),
    ])
    func onlyADefiniteRefusalMayBeRepeated(first: GatewayVerdict, answered: Bool, isDuplicate: Bool) {
        var script = Script()
        script.message(0, 1, first, answered: answered, key: "k")
        script.message(2, 3, key: "k")
        script.message(4, 5, key: "other")
        let verdict = script.verdict()
        #expect(verdict.duplicateCount == (isDuplicate ? 1 : 0))
        #expect(verdict.duplicates.map(\.key) == (isDuplicate ? ["k"] : []))
        #expect(verdict.isClean == !isDuplicate)
        #expect(verdict.overlapCount == 0)
    }

    @Test func anUnfinishedRequestMustNotBeRepeated() {
        var script = Script()
        _ = script.request(0, key: "k")
        script.message(2, 3, key: "k")
        #expect(script.verdict().duplicateCount == 1)
        #expect(script.verdict().overlapCount == 1)
    }

    @Test func attemptsMustNotOverlap() {
        var script = Script()
        script.message(0, 10, .refused, key: "k")
        script.message(1, 2, .refused, key: "k")
        script.message(5, 6, .refused, key: "k")
        let verdict = script.verdict()
        #expect(verdict.overlapCount == 1)
        #expect(verdict.overlaps.first?.sequences == [1, 2, 3])
        #expect(verdict.duplicateCount == 0)
    }

    @Test func aGatewayThatDeduplicatesMayBeAskedAgain() {
        var script = Script()
        script.message(0, 1, .accepted, answered: false, key: "k", dialect: "webhook")
        script.message(2, 3, .duplicate, key: "k", dialect: "webhook")
        #expect(script.verdict().duplicateCount == 1)
        #expect(script.verdict(deduplicating: ["webhook"]).isClean)
        #expect(script.verdict().deduplicated == 1)
        script.message(4, 5, key: "k", dialect: "webhook")
        #expect(script.verdict(deduplicating: ["webhook"]).duplicateCount == 1)
    }

    @Test func evidenceThatDoesNotFitIsCounted() {
        var script = Script()
        script.message(0, 1)
        script.end(1, 2)
        script.end(99, 3)
        script.entries.append(script.entries[0])
        #expect(script.verdict().malformed == 3)
        #expect(!script.verdict().isClean)
    }

    @Test func anEmptyLogIsClean() {
        let verdict = Script().verdict(CapRules(hourly: 1, daily: 1, concurrency: 1))
        #expect(verdict.isClean && verdict.sends == 0 && verdict.maxOpen == nil && verdict.fullestWindow.isEmpty)
    }
}
