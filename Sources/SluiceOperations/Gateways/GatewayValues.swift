/// What a gateway's row may hold.
enum GatewayValues {
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
