internal import FoundationEssentials

/// An `application/x-www-form-urlencoded` body (WHATWG URL, 5.2).
struct URLEncodedForm {
    static let contentType = HeaderField("Content-Type", "application/x-www-form-urlencoded")

    private var text = ""

    mutating func add(_ name: String, _ value: String) {
        var field = URLComponents()
        field.queryItems = [URLQueryItem(name: name, value: value)]
        var encoded = field.percentEncodedQuery ?? ""
        // They stand for themselves in a query; in a form for a blank, and to old readers for an end.
        if encoded.utf8.contains(UInt8(ascii: "+")) { encoded = encoded.replacing("+", with: "%2B") }
        if encoded.utf8.contains(UInt8(ascii: ";")) { encoded = encoded.replacing(";", with: "%3B") }
        if !text.isEmpty { text += "&" }
        text += encoded
    }

    var body: [UInt8] { Array(text.utf8) }
}
