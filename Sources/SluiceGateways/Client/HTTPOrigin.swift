/// Where connections lead.
struct HTTPOrigin: Hashable, Sendable {
    var isSecure: Bool
    /// A name or an address, an IPv6 address without its brackets.
    var host: String
    var port: Int
}
