/// What a gateway's row may hold.
enum GatewayValues {
    /// The adapters of `SluiceGateways`, by the names in `gateways.dialect`. Listed here because an operator's command
    /// must not carry an HTTP client with it; a test of the cluster adds one gateway of each.
    static let dialects = ["gowa", "webhook"]

    static func check(url: String) throws(OperationsError) {
        let rest = url.hasPrefix("http://") ? url.dropFirst(7) : url.hasPrefix("https://") ? url.dropFirst(8) : ""
        guard let first = rest.first, first != "/", !url.contains(where: \.isWhitespace) else {
            throw .invalid(field: "base_url", message: "\"\(url)\" is not a URL that begins with http:// or https://")
        }
        guard !rest.prefix(while: { $0 != "/" }).contains("@") else {
            throw .invalid(
                field: "base_url", message: "must not hold credentials: give them apart, where they stay hidden")
        }
    }
}
