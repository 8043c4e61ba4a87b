import SluiceCore
import TestSupport
import Testing

@Suite struct CSVTests {
    private static func read(_ text: String) -> [CSVReader.Outcome] { read(Array(text.utf8)) }

    private static func read(_ bytes: [UInt8]) -> [CSVReader.Outcome] {
        var reader = CSVReader()
        return bytes.compactMap { reader.read($0) } + [reader.finish()].compactMap(\.self)
    }

    private static func records(_ text: String) -> [[String]] {
        read(text).compactMap { if case .record(let record) = $0 { record.fields } else { nil } }
    }

    @Test(
        arguments: [
            ("a,b\nc,d", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
            ("\u{FEFF}a,b\n", [["a", "b"]]), ("\n\r\n\na\n\n", [["a"]]), (",\n", [["", ""]]),
            (#""a,b","c""d","e\#nf""#, [["a,b", #"c"d"#, "e\nf"]]), ("\"\"\r\n", [[""]]),
            (#""a"\#r\#n"b""#, [["a"], ["b"]]), (" a , b ", [[" a ", " b "]]), ("ü,日本", [["ü", "日本"]]), ("", []),
            ("a,\"\"", [["a", ""]]), ("\"a\rb\",c\rd\r\n", [["a\rb", "c\rd"]]),
        ] as [(String, [[String]])])
    func recordsAreReadAsTheStandardHasThem(text: String, records: [[String]]) {
        #expect(Self.records(text) == records)
    }

    @Test(
        arguments: [
            ("a\n\"b", .openQuote, 2, 1), ("a,\"b\"c\nd", .textAfterQuote, 1, 2), ("a,b\"c\nd", .strayQuote, 1, 2),
            ("\"a\"\r,b\nd", .textAfterQuote, 1, 1),
        ] as [(String, CSVProblem.Kind, Int, Int)])
    func whatIsWrongIsNamedByLineAndField(text: String, kind: CSVProblem.Kind, line: Int, field: Int) {
        let problem = CSVReader.Outcome.problem(CSVProblem(kind: kind, line: line, field: field))
        #expect(Self.read(text).contains(problem), "\(Self.read(text))")
        #expect(Self.read(text).count == 2, "the other line is read")
    }

    @Test func bytesThatAreNotUTF8SpoilTheirLineOnly() {
        let outcomes = Self.read(Array("a\n".utf8) + [0xFF, 0xFE] + Array("\nb\n".utf8))
        #expect(
            outcomes == [
                .record(CSVRecord(line: 1, fields: ["a"])),
                .problem(CSVProblem(kind: .notUTF8, line: 2, field: 1)),
                .record(CSVRecord(line: 3, fields: ["b"])),
            ])
        // The first bytes of a mark, and no mark.
        #expect(Self.read([0xEF, 0xBB]) == [.problem(CSVProblem(kind: .notUTF8, line: 1, field: 1))])
    }

    @Test func aRecordHasABoundAndLinesWithinQuotesCount() {
        let long = "\"" + String(repeating: "x", count: CSVReader.mostBytes) + "\"\nb"
        #expect(
            Self.read(long) == [
                .problem(CSVProblem(kind: .tooLong, line: 1, field: 1)), .record(CSVRecord(line: 2, fields: ["b"])),
            ])
        #expect(Self.read("\"a\nb\"\nc").last == .record(CSVRecord(line: 3, fields: ["c"])))
    }

    @Test func whatIsWrittenIsReadBack() {
        var random = SeededGenerator(seed: TestSeed.base)
        let letters = ["\"", ",", "\r", "\n", "\r\n", "a", " ", "ü", "\u{FEFF}"]
        for _ in 0..<500 {
            let records = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in
                        letters.randomElement(using: &random)!
                    }.joined()
                }
            }
            #expect(Self.records(records.map(CSVWriter.line).joined()) == records, "\(TestSeed.name)")
        }
    }
}
