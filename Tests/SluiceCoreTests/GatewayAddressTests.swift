import SluiceCore
import Testing

@Suite struct GatewayAddressTests {
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
        "", "h", "//h", "ftp://h", "unix:///tmp/s", "http://", "http:///x", "http://u:hidden@h", "http://u@h",
        "http://h#f", "http://h:0", "http://h:99999", "http://h h", "http://h/\r\nX: 1", "javascript:alert(1)",
    ])
    func refusals(base: String) {
        let error = #expect(throws: GatewayAddress.Invalid.self) { try GatewayAddress(base) }
        #expect(error?.reason.contains("hidden") == false)
    }
}
