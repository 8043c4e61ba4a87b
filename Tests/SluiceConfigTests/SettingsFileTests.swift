import Testing

@testable import SluiceConfig

@Suite struct SettingsFileTests {
    @Test func `lines, comments, exports and quotes are read`() throws {
        let text = """
            # a comment
            export DATABASE_URL='postgresql://u:p@h/d?a=b'
              SLUICE_NODE = shard-1

            SLUICE_CLUSTER="x"
            EMPTY=
            """
        #expect(
            try SettingsFile.parse(text, path: "f") == [
                "DATABASE_URL": "postgresql://u:p@h/d?a=b", "SLUICE_NODE": "shard-1", "SLUICE_CLUSTER": "x",
                "EMPTY": "",
            ])
    }

    @Test func `a line that is none is named by its number, not by its content`() throws {
        let error = try #require(throws: SettingsError.self) {
            try SettingsFile.parse("A=1\nsecret words\n=x\n", path: "f.env")
        }
        #expect(error.problems.map(\.key) == ["f.env:2", "f.env:3"])
        #expect(!error.description.contains("secret"))
    }

    @Test func `a file that is not there or is a folder is an error`() {
        #expect(throws: SettingsError.self) { try SettingsFile.load(path: "/nonexistent/file") }
        #expect(throws: SettingsError.self) { try SettingsFile.load(path: "/") }
    }
}
