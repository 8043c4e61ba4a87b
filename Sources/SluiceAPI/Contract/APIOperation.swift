import HTTPTypes
import SluiceCore
import SluiceOperations

/// One operation of the API as it is declared, once: requests are judged by this, and the API's document says it.
struct APIOperation: Sendable {
    /// Who gets in.
    enum Access: Hashable, Sendable {
        case everybody
        /// Whoever shows an API key that allows this. `isClusterWide`: about the cluster as a whole, and so for keys of
        /// all workspaces only.
        case key(APIKeyScope, isClusterWide: Bool)
        /// A gateway, by its signature.
        case signature
    }

    enum Body: Sendable {
        case none
        /// JSON of this schema, which is made when the document is.
        case json(isRequired: Bool, @Sendable () throws -> JSONValue)
        /// What gateways send: JSON or a form, of their own making.
        case ofGateway
    }

    enum Answer: Sendable {
        /// `{"success": true, "data": …}` with this schema of the data.
        case data(@Sendable () throws -> JSONValue)
        /// JSON of this schema, with nothing around it.
        case bare(@Sendable () throws -> JSONValue)
        /// Something else, by its media types, also with these statuses.
        case other([String: JSONValue], statuses: [Int] = [200])
    }

    let method: HTTPRequest.Method
    /// With its parameters as `:name`.
    let path: String
    /// One sentence, in the document.
    let summary: String
    let access: Access
    var query: [QueryParameter] = []
    var body = Body.none
    var mostBytes = RequestBody.mostBytes
    let answer: Answer
    var failures: [Failure] = []

    /// The names of the path's parameters.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    }

    /// Whether an `Idempotency-Key` makes sure that it is done once.
    var isRepeatable: Bool {
        guard case .key = access else { return false }
        return method == .post
    }

    /// How a kind of thing is answered that is not there: whether with 404, and about which field.
    func missing(_ kind: String) -> Failure? {
        // Named in the query it is what the request is about; within a body it is one value of several.
        if kind == "workspace", query.contains(where: { $0.name == QueryParameter.workspace.name }) {
            return .notFound(kind, field: QueryParameter.workspace.name)
        }
        return failures.first { if case .notFound(kind, _) = $0 { true } else { false } }
    }

    /// Every parameter behind the question mark, by name.
    /// - Throws: ``APIError`` for one that is not declared, and for one that cannot be.
    func query(of given: some Sequence<(name: String, value: String)>) throws(APIError) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in given {
            guard query.contains(where: { $0.name == name }) else {
                let known = query.isEmpty ? "none" : query.map(\.name).joined(separator: ", ")
                throw APIError(
                    .badRequest, "unknown_field", "there is no parameter \"\(name.prefix(100))\"; there are: \(known)",
                    field: String(name.prefix(100)))
            }
            // The first counts, when one is given twice.
            if texts[name] == nil { texts[name] = value }
        }
        for parameter in query { texts[parameter.name] = try parameter.value(texts[parameter.name]) }
        return texts
    }
}
