import SluiceCore
import TestSupport
import Testing

@testable import SluiceGateways

@Suite struct RegistryTests {
    @Test func knowsEachDialectByItsName() throws {
        #expect(Dialect.names == ["gowa", "twilio", "webhook"])
        for dialect in Dialect.allCases {
            let adapter = try GatewayAdapters.named(dialect.rawValue)
            #expect(adapter.dialect == dialect)
            #expect(dialect.reportsState == (adapter.stateRequest(for: makeDevice(dialect.rawValue)) != nil))
        }
        #expect(Dialect.gowa.httpTimeout >= .seconds(50))
        #expect(Dialect.gowa.acceptsLateFor == .seconds(75))
    }

    @Test func namesTheKnownOnesForAnUnknown() {
        let expected = GatewayConfigurationError.unknownDialect(name: "telex", known: ["gowa", "twilio", "webhook"])
        #expect(throws: expected) { try GatewayAdapters.named("telex") }
        #expect("\(expected)" == "no gateway dialect is named \"telex\"; known are gowa, twilio, webhook")
    }

    @Test func boundaryIsNeverInAValue() {
        let form = MultipartForm([(name: "a", value: "--seed"), (name: "b", value: "seedx")], boundarySeed: "seed")
        #expect(form.contentType.value == "multipart/form-data; boundary=seedxx")
        #expect(String(decoding: form.body, as: UTF8.self).components("--seedxx").count == 4)
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
