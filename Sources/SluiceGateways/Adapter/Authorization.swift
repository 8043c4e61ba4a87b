internal import FoundationEssentials

/// The `Authorization` header of HTTP's two schemes that gateways use.
enum Authorization {
    /// RFC 7617.
    static func basic(username: String, password: String) -> HeaderField {
        HeaderField("Authorization", "Basic " + Data("\(username):\(password)".utf8).base64EncodedString())
    }

    /// RFC 6750.
    static func bearer(_ token: String) -> HeaderField {
        HeaderField("Authorization", "Bearer \(token)")
    }
}
