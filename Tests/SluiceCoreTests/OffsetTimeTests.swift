import Foundation
import SluiceCore
import TestSupport
import Testing

@Suite struct OffsetTimeTests {
    @Test(arguments: [
        ("2026-03-29T09:00:00+02:00", 1_774_767_600_000_000, "2026-03-29T09:00:00+02:00"),
        ("2026-03-29T07:00Z", 1_774_767_600_000_000, "2026-03-29T07:00:00Z"),
        ("2026-03-29T07:00:00.1234567-03:30", 1_774_780_200_123_456, "2026-03-29T07:00:00.123-03:30"),
        ("1969-12-31T23:59:59.5Z", -500_000, "1969-12-31T23:59:59.500Z"),
        ("2024-02-29t00:00:00z", 1_709_164_800_000_000, "2024-02-29T00:00:00Z"),
        ("2026-11-21T12:00:00+05", 1_795_244_400_000_000, "2026-11-21T12:00:00+05:00"),
    ])
    func `a time keeps the offset it was given in`(text: String, microseconds: Int64, written: String) throws {
        let time = try OffsetTime(text)
        #expect(time.time.microseconds == microseconds)
        #expect("\(time)" == written)
    }

    @Test(arguments: [
        "", "tomorrow", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+2:00", "2026-01-01T00:00:00+19:00", "2026-01-01T00:00:00+02:00x",
        "2026-1-01T00:00:00Z", "+026-01-01T00:00:00Z", "2026-01-01T00:00:00 02:00", "２０２６-01-01T00:00:00Z",
    ])
    func `what is no time is refused`(text: String) {
        #expect(throws: OffsetTime.Problem.malformed) { try OffsetTime(text) }
    }

    @Test(arguments: ["2026-01-01T00:00:00", "2026-01-01T00:00", "2026-01-01T00:00:00.5"])
    func `a time without an offset is refused as such`(text: String) {
        #expect(throws: OffsetTime.Problem.withoutOffset) { try OffsetTime(text) }
    }

    /// Against the system's calendar.
    @Test func `random times are written and read`() throws {
        var random = SeededGenerator(seed: TestSeed.base)
        let calendar = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2_000 {
            let milliseconds = Int64.random(in: -11_000_000_000_000...250_000_000_000_000, using: &random)
            let offset = Int.random(in: -1_080...1_080, using: &random) * 60
            let time = OffsetTime(time: DatabaseTime(microseconds: milliseconds * 1_000), offset: offset)
            #expect(try OffsetTime("\(time)") == time, "\(TestSeed.name)")
            let read = try Date(
                "\(OffsetTime(time: time.time, offset: 0))",
                strategy: milliseconds % 1_000 == 0
                    ? .iso8601 : calendar)
            #expect((read.timeIntervalSince1970 * 1_000).rounded() == Double(milliseconds), "\(time), \(TestSeed.name)")
        }
    }
}
