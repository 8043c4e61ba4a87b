import Foundation
import SluiceCore
import Subprocess
import TestSupport
import Testing

/// The system's rules, from a library that is not the reference's.
private struct SystemZone: ZoneRules {
    private let zone: TimeZone

    init(_ name: String) { zone = TimeZone(identifier: name)! }

    func offset(at instant: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
    }
}

@Suite struct CronScheduleTests {
    private static func seconds(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
    }

    private static func runs(_ pattern: String, _ zone: String, after: Int64, to: Int64) throws -> [Int64] {
        let schedule = CronSchedule(pattern: try CronPattern(pattern), zone: SystemZone(zone))
        var found: [Int64] = []
        var time = DatabaseTime(microseconds: after * 1_000_000)
        while let run = schedule.next(after: time), run.microseconds <= to * 1_000_000 {
            found.append(run.microseconds / 1_000_000)
            time = run
        }
        return found
    }

    @Test(arguments: [
        // Berlin goes from 02:00 to 03:00 on 2026-03-29, and from 03:00 back to 02:00 on 2026-10-25.
        (
            "30 2 * 3 *", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z",
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        ),
        ("15,30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", ["2026-03-29T01:00:00Z"]),
        (
            "30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z",
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        ),
        (
            "30 * * * *", "2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z",
            ["2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"]
        ),
        ("0 9 29 2 *", "2096-03-01T00:00:00Z", "2105-01-01T00:00:00Z", ["2104-02-29T08:00:00Z"]),
        (
            "0 0 13 * fri", "2026-11-01T12:00:00Z", "2026-11-14T00:00:00Z",
            [
                "2026-11-05T23:00:00Z", "2026-11-12T23:00:00Z",
            ]
        ),
        ("@monthly", "2026-11-21T12:00:00Z", "2027-01-02T00:00:00Z", ["2026-11-30T23:00:00Z", "2026-12-31T23:00:00Z"]),
    ])
    func runsInBerlin(pattern: String, after: String, to: String, expected: [String]) throws {
        let found = try Self.runs(pattern, "Europe/Berlin", after: Self.seconds(after), to: Self.seconds(to))
        #expect(try found == expected.map(Self.seconds))
    }

    /// A day that a zone skipped: what was meant for it runs at once when the next one begins.
    @Test func aDayThatNeverWas() throws {
        let found = try Self.runs(
            "0 12 30 12 *", "Pacific/Apia", after: Self.seconds("2011-12-01T00:00:00Z"),
            to: Self.seconds("2012-01-15T00:00:00Z"))
        #expect(try found == [Self.seconds("2011-12-30T10:00:00Z")])
    }

    @Test func beyondTheEndOfTimeThereIsNone() throws {
        let schedule = CronSchedule(pattern: try CronPattern("0 0 * * *"), zone: SystemZone("UTC"))
        #expect(schedule.next(after: DatabaseTime(microseconds: .max)) == nil)
    }

    @Test(
        arguments: [
            ("* * * *", nil, "4 of five"), ("60 * * * *", "minute", "`60`"), ("* 24 * * *", "hour", "`24`"),
            ("* * 0 * *", "day of month", "`0`"), ("* * * 13 *", "month", "`13`"), ("* * * foo *", "month", "`foo`"),
            ("* * * * 8", "day of week", "`8`"), ("*/0 * * * *", "minute", "step"),
            ("5-1 * * * *", "minute", "backwards"),
            ("1,,2 * * * *", "minute", "``"), ("-1 * * * *", "minute", "``"), ("+1 * * * *", "minute", "`+1`"),
            ("0 0 30 2 *", "day of month", "no month"), ("0 0 31 2,4,6 *", "day of month", "no month"),
            ("", nil, "0 of five"), ("@never", nil, "1 of five"), (String(repeating: "1,", count: 300), nil, "longer"),
        ] as [(String, String?, String)])
    func aPatternThatMeansNothingIsRefused(text: String, field: String?, problem: String) throws {
        let error = try #require(throws: CronError.self) { try CronPattern(text) }
        #expect(error.field == field)
        #expect(error.problem.contains(problem), "\(error)")
    }

    /// Against Python's zone rules and a reference that looks at every minute.
    @Test func randomPatternsRunWhenTheReferenceSays() async throws {
        var random = SeededGenerator(seed: TestSeed.base)
        let cases = try (0..<20).map { _ in try Self.randomCase(using: &random) }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "cron_reference.py").path
        let lines = cases.map { "\($0.pattern)|\($0.zone)|\($0.from)|\($0.to)\n" }.joined()
        let answer = try await run(
            .name("python3"), arguments: [script], input: .string(lines), output: .string(limit: 4_000_000),
            error: .string(limit: 100_000))
        #expect(answer.terminationStatus.isSuccess, "\(answer.standardError)")
        let answers = answer.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
        var runs = 0
        for (each, line) in zip(cases, answers) {
            let found = try Self.runs(each.pattern, each.zone, after: each.from, to: each.to)
            #expect(found == line.split(separator: " ").compactMap { Int64($0) }, "\(each), \(TestSeed.name)")
            runs += found.count
        }
        #expect(runs > 0)
    }

    private struct Case { var pattern: String, zone: String, from: Int64, to: Int64 }

    /// A few days around a change of the clocks as a rule, in zones whose changes are unlike each other.
    private static func randomCase(using random: inout some RandomNumberGenerator) throws -> Case {
        let changes = [
            ("Europe/Berlin", "2024-03-31T01:00:00Z"), ("Europe/Berlin", "2024-10-27T01:00:00Z"),
            ("America/New_York", "2023-03-12T07:00:00Z"), ("America/New_York", "2023-11-05T06:00:00Z"),
            ("Australia/Lord_Howe", "2023-04-01T15:00:00Z"), ("Australia/Lord_Howe", "2023-09-30T15:30:00Z"),
            ("America/Havana", "2023-03-12T05:00:00Z"), ("Africa/Cairo", "2023-04-27T22:00:00Z"),
            ("Pacific/Apia", "2011-12-30T10:00:00Z"), ("Asia/Kathmandu", "2024-02-29T00:00:00Z"),
            // A leap day, and one that is none.
            ("Europe/Berlin", "2096-02-29T00:00:00Z"), ("America/New_York", "2100-03-01T00:00:00Z"),
        ]
        let (zone, change) = changes.randomElement(using: &random)!
        let from = try seconds(change) + Int64.random(in: -200_000...50_000, using: &random)
        func field(_ range: ClosedRange<Int>, star: Int, using random: inout some RandomNumberGenerator) -> String {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<star: return "*"
            case star: return "*/\(Int.random(in: 1...7, using: &random))"
            case star + 1:
                let first = Int.random(in: range, using: &random)
                return "\(first)-\(Int.random(in: first...range.upperBound, using: &random))"
            default:
                return (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    String(Int.random(in: range, using: &random))
                }.joined(separator: ",")
            }
        }
        let pattern = [
            field(0...59, star: 1, using: &random), field(0...4, star: 3, using: &random),
            field(25...31, star: 6, using: &random), field(1...12, star: 8, using: &random),
            field(0...7, star: 6, using: &random),
        ].joined(separator: " ")
        return Case(pattern: pattern, zone: zone, from: from, to: from + 3 * 86_400)
    }
}
