import SluiceCore
import Testing

@testable import SluiceGateways

@Suite struct RegistryTests {
    @Test func knowsEachDialectByItsName() throws {
        #expect(Dialect.names == ["gowa", "webhook"])
        for dialect in Dialect.allCases {
            let adapter = try GatewayAdapters.named(dialect.rawValue)
            #expect(adapter.dialect == dialect)
            #expect(dialect.reportsState == (adapter.stateRequest(for: makeDevice(dialect.rawValue)) != nil))
        }
        #expect(Dialect.gowa.httpTimeout >= .seconds(50))
        #expect(Dialect.gowa.acceptsLateFor == .seconds(75))
    }

    @Test func namesTheKnownOnesForAnUnknown() {
        let expected = GatewayConfigurationError.unknownDialect(name: "telex", known: ["gowa", "webhook"])
        #expect(throws: expected) { try GatewayAdapters.named("telex") }
        #expect("\(expected)" == "no gateway dialect is named \"telex\"; known are gowa, webhook")
    }

    @Test(arguments: [
        ("http://h", "/send", "http://h/send"), ("http://h/", "/send", "http://h/send"),
        ("https://h:8443/base/", "/send", "https://h:8443/base/send"), ("http://h/hook", "", "http://h/hook"),
        ("http://h/hook/?k=1", "", "http://h/hook/?k=1"), ("HTTP://h", "", "http://h/"),
        ("http://[::1]:80/x", "/y", "http://[::1]:80/x/y"), ("http://h/a%20b", "/y", "http://h/a%20b/y"),
    ])
    func addresses(base: String, path: String, expected: String) throws {
        #expect(try GatewayAddress(base).url(for: path) == expected)
    }

    @Test(arguments: [
        "", "h", "//h", "ftp://h", "unix:///tmp/s", "http://", "http:///x", "http://u:\(secretPassword)@h",
        "http://u@h",
        "http://h#f", "http://h:0", "http://h:99999", "http://h h", "http://h/\r\nX: 1", "javascript:alert(1)",
    ])
    func refusedAddresses(base: String) {
        let error = #expect(throws: GatewayConfigurationError.self) { try GatewayAddress(base) }
        #expect(error?.code == "invalid_gateway")
        #expect(error?.description.contains(secretPassword) == false)
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
