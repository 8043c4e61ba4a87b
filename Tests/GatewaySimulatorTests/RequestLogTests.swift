import Foundation
import RequestLog
import Testing

@Suite struct RequestLogTests {
    private static let samples: [RequestLogEntry] = [
        .request(ReceivedRequest(sequence: 1, nanoseconds: 1_795_230_000_000_000_001)),
        .request(
            ReceivedRequest(
                sequence: .init(Int64.max), nanoseconds: -1, device: "dev \"1\"\\\n\u{1}é漢😀", recipient: "+60",
                key: "k/{}[],:", attempt: -3, epoch: .max, bodySHA: "ab", connection: 12, dialect: "webhook",
                kind: "image")),
        .response(RequestOutcome(sequence: 2, nanoseconds: 5, verdict: .dropped, answered: false)),
        .response(
            RequestOutcome(
                sequence: 3, nanoseconds: 6, verdict: .accepted, status: 200, code: "SUCCESS",
                acceptedNanoseconds: 5, messageID: "3EB0", fault: "accept-then-500")),
    ]

    private static func line(_ entry: RequestLogEntry) -> [UInt8] {
        var line: [UInt8] = []
        entry.append(to: &line)
        return line
    }

    private static func read(_ line: some Collection<UInt8>) throws -> RequestLogEntry {
        try Array(line).withUnsafeBufferPointer { try RequestLogEntry(line: $0) }
    }

    @Test(arguments: samples)
    func aLineComesBackAsItWas(entry: RequestLogEntry) throws {
        let line = Self.line(entry)
        #expect(line.last == 0x0A)
        #expect(try Self.read(line.dropLast()) == entry)
        // Another reader's opinion of what is JSON.
        #expect(try JSONSerialization.jsonObject(with: Data(line)) is [String: Any])
    }

    @Test func longTextIsCutBetweenCharacters() throws {
        let request = ReceivedRequest(
            sequence: 1, nanoseconds: 1, device: "x" + String(repeating: "漢", count: 200))
        guard case .request(let cut) = try Self.read(Self.line(.request(request)).dropLast()) else { return }
        #expect(cut.device == "x" + String(repeating: "漢", count: 85))
    }

    @Test(arguments: samples)
    func everyPrefixOfALineIsAnErrorAndNoCrash(entry: RequestLogEntry) {
        let line = Self.line(entry).dropLast()
        for length in 0..<line.count {
            #expect(throws: RequestLogLineError.self) { try Self.read(line.prefix(length)) }
        }
    }

    @Test(arguments: [
        ("{}", RequestLogLineError.unknownEvent),
        (#"{"event":"pause","seq":1,"ns":1}"#, .unknownEvent),
        (#"{"event":"request","ns":1,"dialect":"gowa"}"#, .missing(field: "seq")),
        (#"{"event":"request","seq":0,"ns":1,"dialect":"gowa"}"#, .missing(field: "seq")),
        (#"{"event":"request","seq":1,"ns":1.5,"dialect":"gowa"}"#, .missing(field: "ns")),
        (#"{"event":"request","seq":1,"ns":99999999999999999999,"dialect":"gowa"}"#, .missing(field: "ns")),
        (#"{"event":"response","seq":1,"ns":1,"verdict":"maybe","answered":true}"#, .missing(field: "verdict")),
        (#"{"event":"response","seq":1,"ns":1,"verdict":"accepted","answered":true}"#, .missing(field: "accepted_ns")),
        (#"{"event":"response","seq":1,"ns":1,"verdict":"refused"}"#, .missing(field: "answered")),
    ])
    func aLineWithoutItsFieldsIsAnError(line: String, error: RequestLogLineError) {
        #expect(throws: error) { try Self.read(line.utf8) }
    }

    @Test func unknownFieldsAreIgnored() throws {
        let line = #"{"new":{"a":["}",1]},"event":"request","seq":7,"ns":1,"dialect":"gowa", "x" : [] }"#
        #expect(try Self.read(line.utf8).sequence == 7)
    }

    @Test func aTornLineWaitsForItsRest() async throws {
        try await withTemporaryLog { log in
            let bytes = Self.samples.flatMap(Self.line)
            let half = bytes.count - 9
            try Data(bytes[..<half]).write(to: URL(filePath: log))
            var entries: [RequestLogEntry] = []
            let first = try RequestLogReader(path: log).read { entries.append($0) }
            #expect(entries == Array(Self.samples.dropLast()))
            #expect(first.tornBytes > 0 && first.malformedLines == 0)
            try Data(bytes).write(to: URL(filePath: log))
            let second = try RequestLogReader(path: log).read(from: first.nextOffset) { entries.append($0) }
            #expect(entries == Self.samples)
            #expect(second.tornBytes == 0 && second.nextOffset == Int64(bytes.count))
        }
    }

    @Test func readsAcrossChunksAndPastMalformedLines() async throws {
        try await withTemporaryLog { log in
            var bytes: [UInt8] = []
            for sequence in 1...30_000 {
                RequestLogEntry.request(ReceivedRequest(sequence: UInt64(sequence), nanoseconds: 1, device: "dev"))
                    .append(to: &bytes)
                if sequence == 10_000 { bytes += Array("not an entry\n\n".utf8) }
                if sequence == 20_000 { bytes += [UInt8](repeating: 0x41, count: 3_000_000) + [0x0A] }
            }
            try Data(bytes).write(to: URL(filePath: log))
            var sum = 0
            let pass = try RequestLogReader(path: log).read { sum += Int($0.sequence) }
            #expect(pass.entries == 30_000)
            #expect(sum == 30_000 * 30_001 / 2)
            #expect(pass.malformedLines == 3)
            #expect(pass.nextOffset == Int64(bytes.count) && pass.tornBytes == 0)
        }
    }

    @Test func aMissingFileIsAnError() {
        #expect(throws: RequestLogReadError.self) { try RequestLogReader(path: "/nowhere/at/all").entries() }
    }
}
