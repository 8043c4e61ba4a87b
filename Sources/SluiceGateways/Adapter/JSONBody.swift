internal import FoundationEssentials

/// JSON in a request's body, its keys sorted so that the same message has the same bytes, and the same signature, each
/// time.
enum JSONBody {
    static let contentType = HeaderField("Content-Type", "application/json")

    /// Empty when `value` cannot be encoded, which for a struct of strings and integers does not happen.
    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A failure is a bug in the adapter's own struct: its test fails on the empty body, and a gateway refuses it.
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }
}
