import Foundation
import Testing

@testable import LoadTest

/// Which scenarios a suite runs, and what it says when not all of them came to their end.
@Suite struct SuiteTests {
    private static func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-suite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        for (name, text) in [
            ("long", "about = \"a long one\"\nduration = \"10m\"\n[backlog]\ncontacts = 1\n"),
            (
                "both",
                "duration = \"3m\"\n[backlog]\ncontacts = 9\n[series]\nkey = \"backlog.contacts\"\nvalues = [1, 2]\n"
                    + "[short]\nduration = \"20s\"\n"
            ),
        ] {
            try Data(text.utf8).write(to: folder.appending(path: name + ".toml"))
        }
        try body(folder.path)
    }

    private static func complaint(_ body: () throws -> Suite) -> String {
        do {
            _ = try body()
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    @Test func namesSayWhatIsRun() throws {
        try Self.inFolder { folder in
            #expect(try Suite(folder: folder, isFull: false).files.map(\.fileName) == ["both"])
            #expect(try Suite(folder: folder, isFull: true).files.map(\.fileName) == ["both", "long"])
            let named = try Suite(folder: folder, isFull: true, names: ["long", "both"])
            #expect(named.files.map(\.fileName) == ["long", "both"])
            #expect(
                named.lines == ["long  10 min  a long one", "both   6 min  "], "each point of a series takes its time")
            #expect(try Suite(folder: folder, isFull: false).lines == ["both  40 s  "])

            let unknown = Self.complaint { try Suite(folder: folder, isFull: true, names: ["lang"]) }
            #expect(unknown == "\(folder) has no scenario lang; it has both, long")
            let long = Self.complaint { try Suite(folder: folder, isFull: false, names: ["both", "long"]) }
            #expect(long == "long has no section [short]; --full runs it as it stands")
        }
    }

    @Test func aNamedScenarioIsRunThoughAnotherIsBroken() throws {
        try Self.inFolder { folder in
            try Data("[backlog]\ncontact = 1".utf8).write(to: URL(filePath: folder + "/wrong.toml"))
            #expect(try Suite(folder: folder, isFull: true, names: ["long"]).files.count == 1)
            #expect(Self.complaint { try Suite(folder: folder, isFull: true) }.contains("wrong.toml:2: "))
        }
    }

    @Test func theListSaysWhatIsLeftToRun() throws {
        try Self.inFolder { folder in
            let suite = try Suite(folder: folder, isFull: true)
            var result = SuiteResult(suite, isFull: true)
            #expect(!result.isGood, "nothing was run")
            result.add(ComparisonTests.result(["messages_per_second": 2_000]), page: "/results/campaign-1.html")
            result.finish(suite.files[0])
            #expect(
                result.lines == [
                    "campaign  messages_per_second  2000 /s  >= 1000  pass",
                    "not run to the end; go on with: sluice-loadtest suite --full long",
                ])
            #expect(!result.isGood)
            result.add(suite.files[1], failed: "<no> room")
            result.finish(suite.files[1])
            #expect(result.lines.last == "long      ending               NO: it has no result: <no> room")
            #expect(!result.isGood)

            let paths = try ResultFiles(folder: folder).write(result)
            let page = try String(contentsOfFile: paths.page, encoding: .utf8)
            #expect(page.contains("<a href=\"campaign-1.html\">campaign</a>") && page.contains("&lt;no> room"))
            let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: paths.json)))
            let targets = try #require((object as? [String: Any])?["targets"] as? [[String: Any]])
            #expect(targets.map { $0["isMet"] as? Bool } == [true, false])
        }
    }

    @Test func allMetIsGood() throws {
        try Self.inFolder { folder in
            let suite = try Suite(folder: folder, isFull: true, names: ["long"])
            var result = SuiteResult(suite, isFull: true)
            result.add(ComparisonTests.result(["messages_per_second": 2_000]), page: "campaign-1.html")
            result.finish(suite.files[0])
            #expect(result.isGood && result.lines == ["campaign  messages_per_second  2000 /s  >= 1000  pass"])
        }
    }
}
