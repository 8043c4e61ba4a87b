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

    /// A minute past midnight it was 23:01 of the day before once more.
    @Test func theNextDaysBeginningComesBeforeADaysEndOnceMore() throws {
        let found = try Self.runs(
            "*/30 * * * *", "America/St_Johns", after: Self.seconds("2010-11-07T02:15:00Z"),
            to: Self.seconds("2010-11-07T04:15:00Z"))
        let expected = ["02:30", "03:00", "03:30", "04:00"].map { "2010-11-07T\($0):00Z" }
        #expect(try found == expected.map(Self.seconds))
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

    /// Against `cron_reference.py`, which shares nothing with the schedule: another language, which reads the fields
    /// anew; zone rules of the system's database, where Foundation brings its own; and no calculation, for it tries every
    /// minute. Every change of ``changes`` has its turns.
    @Test func randomPatternsRunWhenTheReferenceSays() async throws {
        var random = SeededGenerator(seed: TestSeed.base)
        var cases: [Case] = []
        for change in Self.changes {
            for _ in 0..<4 { cases.append(try .near(change, using: &random)) }
        }
        for _ in 0..<6 { cases.append(try .long(Self.changes.randomElement(using: &random)!, using: &random)) }
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "cron_reference.py").path
        let lines = cases.map { "\($0.pattern)|\($0.zone)|\($0.from)|\($0.to)\n" }.joined()
        let answer = try await run(
            .name("python3"), arguments: [script], input: .string(lines), output: .string(limit: 16_000_000),
            error: .string(limit: 100_000))
        #expect(answer.terminationStatus.isSuccess, "\(answer.standardError)")
        let answers = answer.standardOutput.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        try #require(answers.count == cases.count, "\(TestSeed.name)")
        var withRuns = 0
        for (each, line) in zip(cases, answers) {
            let found = try Self.runs(each.pattern, each.zone, after: each.from, to: each.to)
            #expect(found == line.split(separator: " ").compactMap { Int64($0) }, "\(each), \(TestSeed.name)")
            withRuns += found.isEmpty ? 0 : 1
        }
        #expect(withRuns > cases.count / 4, "\(TestSeed.name)")
    }

    /// Changes of clocks that are unlike each other, and days that some years do not have.
    private static let changes = [
        ("Europe/Berlin", "2024-03-31T01:00:00Z"), ("Europe/Berlin", "2024-10-27T01:00:00Z"),
        ("America/New_York", "2023-03-12T07:00:00Z"), ("America/New_York", "2023-11-05T06:00:00Z"),
        // Summer in January.
        ("Australia/Sydney", "2024-04-06T16:00:00Z"), ("Australia/Sydney", "2024-10-05T16:00:00Z"),
        ("America/Santiago", "2023-04-02T03:00:00Z"), ("America/Santiago", "2023-09-03T04:00:00Z"),
        // By half an hour, by two hours, at 02:45, at 00:01, at midnight.
        ("Australia/Lord_Howe", "2023-04-01T15:00:00Z"), ("Australia/Lord_Howe", "2023-09-30T15:30:00Z"),
        ("Antarctica/Troll", "2023-03-26T01:00:00Z"), ("Antarctica/Troll", "2023-10-29T01:00:00Z"),
        ("Pacific/Chatham", "2024-04-06T14:00:00Z"), ("Pacific/Chatham", "2024-09-28T14:00:00Z"),
        ("America/St_Johns", "2010-03-14T03:31:00Z"), ("America/St_Johns", "2010-11-07T02:31:00Z"),
        ("America/Havana", "2023-03-12T05:00:00Z"), ("America/Havana", "2023-11-05T05:00:00Z"),
        ("Africa/Cairo", "2023-04-27T22:00:00Z"), ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
        // For good: half an hour, and a day that was skipped.
        ("Asia/Pyongyang", "2018-05-04T15:00:00Z"), ("Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"), ("Pacific/Kiritimati", "1994-12-31T10:40:00Z"),
        // A leap day, with a zone that has no changes, one to come, and one that is none.
        ("Asia/Kathmandu", "2024-02-29T00:00:00Z"), ("Europe/Berlin", "2096-02-29T00:00:00Z"),
        ("America/New_York", "2100-03-01T00:00:00Z"),
    ]

    private struct Case {
        var pattern: String, zone: String, from: Int64, to: Int64

        /// Three days around a change: half of the patterns run in the small hours, half at any, and many on its days.
        static func near(
            _ change: (zone: String, at: String), using random: inout some RandomNumberGenerator
        ) throws -> Case {
            let at = try seconds(change.at)
            let from = at + Int64.random(in: -200_000...50_000, using: &random)
            let date = Calendar(identifier: .gregorian).dateComponents(
                in: TimeZone(identifier: change.zone)!, from: Date(timeIntervalSince1970: Double(at)))
            let dates = max(1, date.day! - 2)...min(31, date.day! + 1)
            let pattern = [
                field(0...59, stars: 1, using: &random),
                field(Bool.random(using: &random) ? 0...4 : 0...23, stars: 3, using: &random),
                field(Bool.random(using: &random) ? dates : 1...31, stars: 6, using: &random),
                field(1...12, stars: 8, using: &random), field(0...7, stars: 6, using: &random),
            ]
            return Case(
                pattern: pattern.joined(separator: " "), zone: change.zone, from: from, to: from + 3 * 86_400)
        }

        /// More than a year, at a time of day.
        static func long(
            _ change: (zone: String, at: String), using random: inout some RandomNumberGenerator
        ) throws -> Case {
            let from = try seconds(change.at) - Int64.random(in: 0...(400 * 86_400), using: &random)
            let pattern = [
                field(0...59, stars: 0, using: &random), field(0...23, stars: 0, using: &random),
                field(1...31, stars: 4, using: &random), field(1...12, stars: 5, using: &random),
                field(0...7, stars: 6, using: &random),
            ]
            return Case(
                pattern: pattern.joined(separator: " "), zone: change.zone, from: from, to: from + 400 * 86_400)
        }

        /// - Parameter stars: how many of ten fields have a star; none has when it is 0.
        private static func field(
            _ range: ClosedRange<Int>, stars: Int, using random: inout some RandomNumberGenerator
        ) -> String {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<stars: return "*"
            case stars where stars > 0: return "*/\(Int.random(in: 1...7, using: &random))"
            case stars + 1:
                let first = Int.random(in: range, using: &random)
                return "\(first)-\(Int.random(in: first...range.upperBound, using: &random))"
            case stars + 2: return "\(Int.random(in: range, using: &random))/\(Int.random(in: 1...7, using: &random))"
            default:
                return (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    String(Int.random(in: range, using: &random))
                }.joined(separator: ",")
            }
        }
    }
}
