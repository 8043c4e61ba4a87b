/// Why a command did not do what it was told: always something about what was given, never about a server.
public enum OperationsError: Error, Hashable, Sendable {
    /// Nothing has this name or id. `nearest`: names that look like it.
    case notFound(kind: String, given: String, nearest: [String])
    /// Several have this name: `ids` tells them apart.
    case ambiguous(kind: String, given: String, ids: [String])
    /// Not 7–15 digits.
    case malformedPhone(given: String)
    /// A value that cannot be. `field` as the API and the options name it.
    case invalid(field: String, message: String)
    /// It can be, but not now or not with what is there. `field`: what of the request stands against it.
    case refused(code: String, message: String, field: String? = nil)
    /// Wrong about one of several that came in a list.
    indirect case item(list: String, index: Int, OperationsError)

    /// Stable, for programs.
    public var code: String {
        switch self {
        case .notFound(let kind, _, _): "unknown_" + kind.replacing(" ", with: "_")
        case .ambiguous: "ambiguous"
        case .malformedPhone: "invalid_phone"
        case .invalid(let field, _): "invalid_" + field
        case .refused(let code, _, _): code
        case .item(_, _, let error): error.code
        }
    }

    static let invalidMedia = invalid(field: "mediaUrl", message: "must begin with http:// or https://")

    /// What things are named by in requests.
    private static let fields = [
        "workspace": "workspaceId", "device": "deviceId", "sequence": "sequenceId", "job": "jobId",
        "template": "template", "flow": "flowId", "page": "pageIds",
        "event": "eventId", "contractor": "contractorId", "session": "sessionId",
    ]

    /// What kind of thing is not there, when that is what is wrong.
    public var missingKind: String? {
        switch self {
        case .notFound(let kind, _, _): kind
        case .item(_, _, let error): error.missingKind
        case .ambiguous, .malformedPhone, .invalid, .refused: nil
        }
    }

    /// What was wrong, by the name it was given under.
    public var field: String? {
        switch self {
        case .malformedPhone: "phone"
        case .invalid(let field, _): field
        case .refused(_, _, let field): field
        case .notFound(let kind, _, _): Self.fields[kind]
        case .ambiguous: nil
        case .item(let list, let index, let error):
            error.field.map { "\(list)[\(index)].\($0)" } ?? "\(list)[\(index)]"
        }
    }
}

extension OperationsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let kind, let given, let nearest):
            nearest.isEmpty
                ? "there is no \(kind) \"\(given)\""
                : "there is no \(kind) \"\(given)\"; near it: \(nearest.joined(separator: ", "))"
        case .ambiguous(let kind, let given, let ids):
            "there are \(ids.count) \(kind)s \"\(given)\"; give one of these ids: \(ids.joined(separator: ", "))"
        case .malformedPhone(let given):
            "\"\(given)\" is not a phone number: 7 to 15 digits, with or without a leading +, spaces and dashes allowed"
        case .invalid(let field, let message): "\(field): \(message)"
        case .refused(_, let message, _): message
        case .item(let list, let index, let error): "\(list)[\(index)]: \(error)"
        }
    }
}
