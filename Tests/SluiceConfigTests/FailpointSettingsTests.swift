import SluiceFailpoints
import Testing

@testable import SluiceConfig

@Suite struct FailpointSettingsTests {
    private static func load(_ list: String) throws -> Settings {
        try Settings.load(
            from: [SettingsLayer(name: "environment", values: ["SLUICE_FAILPOINTS": list])], hostName: "h")
    }

    @Test func `a list is read and shown`() throws {
        let list = "before-reserve=kill@3,after-take-over=stop"
        #expect(
            try Self.load(list).failpoints
                == [Failpoint(.before, .reserve, .kill, time: 3), Failpoint(.after, .takeOver, .stop)])
        let layer = SettingsLayer(name: "environment", values: ["SLUICE_FAILPOINTS": list])
        #expect(Settings.inspect([layer], hostName: "h").rows.first { $0.name == "SLUICE_FAILPOINTS" }?.value == list)
    }

    @Test func `an unknown name is refused, and the error lists the steps`() throws {
        let error = try #require(throws: SettingsError.self) { try Self.load("before-lunch=kill") }
        #expect(error.description.contains("SLUICE_FAILPOINTS"))
        #expect(error.description.contains("before-lunch=kill"))
        for step in ProtocolStep.allCases { #expect(error.description.contains(step.rawValue)) }
    }
}
