import Testing

@testable import SluiceWebhooks

@Suite struct CallableAddressTests {
    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255",
        "2600::1", "2001:4860:4860::8888", "2a00:1450::1",
    ])
    func publicOnes(ip: String) { #expect(CallableAddress.isPublic(ip)) }

    @Test(arguments: [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
        "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "fc00::1",
        "fd12::1", "fe80::1", "fe80::1%lo", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "localhost", "",
    ])
    func others(ip: String) { #expect(!CallableAddress.isPublic(ip)) }
}
