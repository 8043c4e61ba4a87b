internal import FoundationEssentials

/// A complete answer: the head, and a body that ended where the head said it would.
public struct HTTPAnswer: Hashable, Sendable {
    public var status: Int
    public var headers: [HeaderField]
    /// At most the client's body limit.
    public var body: [UInt8]

    public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public var isSuccess: Bool { 200..<300 ~= status }

    /// The first value of a header, its name compared without regard to case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The body as `Body`. Nil when it is not JSON of that shape: for a classifier both mean "not the documented
    /// answer".
    func json<Body: Decodable>(_ type: Body.Type) -> Body? {
        guard !body.isEmpty else { return nil }
        // The reason of a failure is dropped on purpose: it can quote the body.
        return try? JSONDecoder().decode(type, from: Data(body))
    }

    /// `http_<status>`: the code of an answer that carries none of its own.
    var statusCode: String { "http_\(status)" }
}

/// A gateway's id for a message, as long as it is one: bounded and printable, since it goes into a table and into
/// logs.
func acceptableProviderID(_ id: String?) -> String? {
    guard let id, !id.isEmpty, id.utf8.count <= 256, id.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else { return nil }
    return id
}
