import HTTPTypes
import SluiceCore

/// A value behind an address's question mark.
struct QueryParameter: Hashable, Sendable {
    enum Form: Hashable, Sendable {
        case text
        case whole(ClosedRange<Int>)
        case oneOf([String])
    }

    let name: String
    let form: Form
    let isRequired: Bool
    /// What it is when it is not given.
    let standard: String?

    init(_ name: String, _ form: Form = .text, isRequired: Bool = false, standard: String? = nil) {
        self.name = name
        self.form = form
        self.isRequired = isRequired
        self.standard = standard
    }

    /// The caller's own, or for a key of all workspaces `default`, when it is not given.
    static let workspace = QueryParameter("workspaceId")
    /// Where a page begins: the `nextCursor` of the one before.
    static let cursor = QueryParameter("cursor")
    /// How long a page is to be.
    static let limit = QueryParameter("limit", .whole(1...1_000), standard: "100")
    /// Of a text: room for the longest name there is, and its place in a list.
    private static let mostBytes = 1_000
    /// What lists take.
    static let page = [workspace, cursor, limit]

    /// What was given, or what stands for nothing.
    func value(_ given: String?) throws(APIError) -> String? {
        // A shell that ends the command at an & leaves the name without its value.
        let given = isRequired && given?.isEmpty == true ? nil : given
        guard let text = given ?? standard else {
            guard isRequired else { return nil }
            throw APIError(
                .badRequest, "missing_field",
                "\(name) is missing; quote the address, or a shell ends the command at its first &", field: name)
        }
        switch form {
        case .text:
            if text.utf8.count <= Self.mostBytes, !text.utf8.contains(0) { return text }
            throw invalid("must not be longer than \(Self.mostBytes) bytes, nor contain a NUL character")
        case .whole(let range):
            if let number = Int(text), range.contains(number) { return text }
            throw invalid("must be from \(range.lowerBound) to \(range.upperBound)")
        case .oneOf(let values):
            if values.contains(text) { return text }
            throw invalid("must be one of \(values.joined(separator: ", "))")
        }
    }

    private func invalid(_ problem: String) -> APIError {
        APIError(.unprocessableContent, "invalid_\(name)", "\(name) \(problem)", field: name)
    }

    /// As OpenAPI has it.
    var document: JSONValue {
        var schema: JSONValue =
            switch form {
            case .text:
                [
                    "type": "string", "minLength": .whole(isRequired ? 1 : 0),
                    "maxLength": .whole(Int64(Self.mostBytes)),
                ]
            case .whole(let range):
                [
                    "type": "integer", "minimum": .whole(Int64(range.lowerBound)),
                    "maximum": .whole(Int64(range.upperBound)),
                ]
            case .oneOf(let values): ["type": "string", "enum": .list(values.map { .text($0) })]
            }
        if let standard { schema["default"] = Int64(standard).map { .whole($0) } ?? .text(standard) }
        return ["name": .text(name), "in": "query", "required": .bool(isRequired), "schema": schema]
    }
}
