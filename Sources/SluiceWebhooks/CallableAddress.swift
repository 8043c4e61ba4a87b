import Glibc

/// Which addresses a webhook may have.
///
/// An endpoint's URL is a user's, and the node that calls it stands inside: without this a URL could make it ask a
/// machine that only it can reach. So the name is resolved first, what it resolves to is judged, and the connection is made
/// to that and nothing else: a name that answers otherwise a moment later changes nothing.
enum CallableAddress {
    /// Whether it is a public unicast address. Source: the IANA special-purpose address registries (RFC 6890).
    /// - Parameter ip: as digits; one that names a network interface is none.
    static func isPublic(_ ip: String) -> Bool {
        var v4 = in_addr()
        if inet_pton(AF_INET, ip, &v4) == 1 { return isPublicV4(withUnsafeBytes(of: v4) { Array($0) }) }
        var v6 = in6_addr()
        return inet_pton(AF_INET6, ip, &v6) == 1 && isPublicV6(withUnsafeBytes(of: v6) { Array($0) })
    }

    private static func isPublicV4(_ bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1], bytes[2]) {
        // This network, private, loopback, link-local (where clouds keep their credentials), shared, benchmarks.
        case (0, _, _), (10, _, _), (127, _, _), (169, 254, _), (172, 16...31, _), (192, 168, _): false
        case (100, 64...127, _), (198, 18...19, _): false
        // Protocol assignments and documentation; multicast and reserved.
        case (192, 0, 0), (192, 0, 2), (198, 51, 100), (203, 0, 113), (224..., _, _): false
        default: true
        }
    }

    private static func isPublicV6(_ bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1]) {
        // Global unicast, without what carries another address in it (Teredo, 6to4) and documentation. An IPv4 address
        // written as IPv6 is not in there either.
        case (0x20, 0x01): !(bytes[2] == 0 && bytes[3] == 0 || bytes[2] == 0x0D && bytes[3] == 0xB8)
        case (0x20, 0x02): false
        case (0x20...0x3F, _): true
        default: false
        }
    }
}
