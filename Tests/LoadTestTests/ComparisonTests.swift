import Foundation
import Testing

@testable import LoadTest

/// What `compare` says of two results.
@Suite struct ComparisonTests {
    static func result(
        _ figures: [String: Double], regime: Scenario.Regime = .stress, ending: RunEnding = .drained
    ) -> RunResult {
        var scenario = Scenario()
        scenario.name = "campaign"
        scenario.regime = regime
        scenario.targets = [Target(figure: "messages_per_second", bound: .atLeast, value: 1_000)]
        let machine = Machine(
            processor: "P", cores: 2, memoryBytes: 1, kernel: "6", system: "Debian", postgres: "15",
            fsyncMicroseconds: 50, commit: "abc", build: "release", loadAverage: 0)
        return RunResult(
            scenario: scenario, text: "", started: Date(timeIntervalSince1970: 0), seconds: 1, machine: machine,
            ending: ending, notes: [], figures: figures, latencies: [], acceptedPerSecond: [], samples: [],
            capUse: CapUseMap(DeviceBook(scenario.caps, hasGap: false, release: 0), release: 0, end: 1),
            verdict: RunVerdict(
                sent: 1, duplicate: 0, lost: 0, overCap: 0, unknown: 0, waiting: 0, isLossKnown: true,
                isEvidence: true, text: ""))
    }

    @Test func eachFigureSaysWhichWayIsBetter() {
        let comparison = Comparison(
            Self.result([
                "messages_per_second": 1_000, "trigger_commit_p99_ms": 40, "transactions_per_message": 1,
                "messages": 10,
                "rows_per_message": 5, "lost": 0, "cpu_ms_per_message": 1,
            ]),
            Self.result([
                "messages_per_second": 1_200, "trigger_commit_p99_ms": 60, "transactions_per_message": 1.03,
                "messages": 20,
                "rows_per_message": 5.05, "lost": 1, "cpu_ms_per_message": 1.08, "held_rate": 1,
            ]))
        #expect(comparison.warnings.isEmpty)
        let changes = Dictionary(uniqueKeysWithValues: comparison.rows.map { ($0.figure, $0.change) })
        #expect(
            changes == [
                "messages_per_second": .better, "trigger_commit_p99_ms": .worse, "transactions_per_message": .worse,
                "messages": .changed, "rows_per_message": .same, "lost": .worse, "cpu_ms_per_message": .same,
            ])
        let line = comparison.lines.first { $0.hasPrefix("messages_per_second") }
        #expect(line?.split(separator: " ") == ["messages_per_second", "/s", "1000", "1200", "1.200", "better"])
        #expect(comparison.lines.last == "1 better, 3 worse, 2 same")
    }

    @Test func whatDoesNotCompareIsSaidFirst() {
        let comparison = Comparison(
            Self.result(["messages": 1]), Self.result(["messages": 1], regime: .fidelity, ending: .interrupted))
        #expect(comparison.lines[0] == "warning: different regimes (stress and fidelity): no figure compares")
        #expect(comparison.lines[1].hasPrefix("warning: one is part of a run: interrupted"))
    }

    @Test func columnsStandBelowEachOther() {
        let lines = Columns.lines(
            [["a", "1", "pass"], ["longer", "1000", "NO: many words"], ["a", "ending", "NO"]], left: [0, 2])
        #expect(lines == ["a            1  pass", "longer    1000  NO: many words", "a       ending  NO"])
    }

    @Test func aSeriesIsJudgedByItsEnds() {
        let ratios = SeriesRun.lastToFirst([
            ["cpu_ms_per_message": 2, "lost": 0], ["cpu_ms_per_message": 9], ["cpu_ms_per_message": 3, "lost": 0],
        ])
        #expect(ratios == ["last_to_first.cpu_ms_per_message": 1.5])
        #expect(FigureName.isKnown("last_to_first.cpu_ms_per_message") && !FigureName.isKnown("last_to_first.x"))
    }

    @Test func aResultIsReadAsItWasWritten() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-results-\(UUID().uuidString)").path
        defer {
            // A folder that is not there any more is what is wanted.
            try? FileManager.default.removeItem(atPath: folder)
        }
        let result = Self.result(["messages_per_second": 999.5], ending: .failed("</script>"))
        #expect(!result.isGood && result.targets[0].isMet == false)
        let paths = try ResultFiles(folder: folder).write(result)
        let read = try ResultFiles.read(paths.json)
        #expect(read.figures == result.figures && read.ending == result.ending && read.targets == result.targets)
        let page = try String(contentsOfFile: paths.page, encoding: .utf8)
        #expect(page.components(separatedBy: "</script>").count == 4, "no text of a result ends a script element")
        #expect(throws: LoadTestError.self) { try ResultFiles.read(paths.page) }
        #expect(throws: LoadTestError.self) { try ResultFiles(folder: "/proc/nowhere").write(result) }
    }
}
