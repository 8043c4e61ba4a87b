import SluiceCore
import Testing

@testable import SluiceConfig

@Suite struct OptOutSettingsTests {
    private static func load(_ values: [String: String]) throws -> Settings {
        try Settings.load(from: [SettingsLayer(name: "environment", values: values)], hostName: "h")
    }

    @Test func theyHaveTheirDefaults() throws {
        let settings = try Self.load([:])
        #expect(settings.optOutWords == OptOutWords())
        #expect(settings.optOutScope == .workspace)
        #expect(settings.publicURL == nil)
    }

    @Test func theyAreRead() throws {
        let settings = try Self.load([
            "SLUICE_OPT_OUT_WORDS": "Arrêt, opt out", "SLUICE_OPT_IN_WORDS": "oui",
            "SLUICE_OPT_OUT_SCOPE": "everywhere",
            "SLUICE_PUBLIC_URL": "https://sluice.example.com:8443/in//",
        ])
        #expect(settings.optOutWords == OptOutWords(stop: ["arrêt", "OPT OUT"], start: ["Oui"]))
        #expect(settings.optOutScope == .everywhere)
        #expect(settings.publicURL == "https://sluice.example.com:8443/in")
    }

    @Test(arguments: [
        ("SLUICE_OPT_OUT_WORDS", ","), ("SLUICE_OPT_OUT_WORDS", "stop,!"), ("SLUICE_OPT_OUT_SCOPE", "all"),
        ("SLUICE_OPT_IN_WORDS", String(repeating: "a", count: 41)),
        ("SLUICE_OPT_IN_WORDS", Array(repeating: "a", count: 101).joined(separator: ",")),
        ("SLUICE_PUBLIC_URL", "sluice.example.com"), ("SLUICE_PUBLIC_URL", "https://"),
        ("SLUICE_PUBLIC_URL", "https:///x"), ("SLUICE_PUBLIC_URL", "https://u:p@h"),
        ("SLUICE_PUBLIC_URL", "https://h/?a"), ("SLUICE_PUBLIC_URL", "ftp://h"),
    ])
    func whatCannotBeIsRefused(key: String, value: String) throws {
        let error = try #require(throws: SettingsError.self) { try Self.load([key: value]) }
        #expect(error.problems.map(\.key) == [key])
    }

    @Test func noWordMeansBoth() throws {
        let error = try #require(throws: SettingsError.self) {
            try Self.load(["SLUICE_OPT_OUT_WORDS": "halt,stop", "SLUICE_OPT_IN_WORDS": "go,Stop!"])
        }
        #expect(error.problems.map(\.key) == ["SLUICE_OPT_IN_WORDS"])
        #expect(error.description.contains("\"stop\""))
    }
}
