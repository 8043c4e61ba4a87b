/// What somebody is known by who is to be erased.
public enum ErasedIdentity: Hashable, Sendable {
    case phone(PhoneNumber)
    /// A page's id of them, who has no number there.
    case subscriber(page: Int64, id: String)

    /// - Throws: ``OperationsError/malformedPhone(given:)``.
    public init(phone: String) throws(OperationsError) { self = .phone(try PhoneNumber(phone)) }

    /// - Throws: ``OperationsError/invalid(field:message:)`` for a blank id, or one that is too long.
    public init(page: Int64, id: String) throws(OperationsError) {
        let id = id.trimmed
        guard (1...200).contains(id.utf8.count), !id.utf8.contains(0) else {
            throw .invalid(field: "id", message: "must have 1 to 200 bytes, and no NUL character")
        }
        self = .subscriber(page: page, id: id)
    }

    /// As tables have it.
    var name: String {
        switch self {
        case .phone(let number): number.digits
        case .subscriber(_, let id): id
        }
    }

    var page: Int64? { if case .subscriber(let page, _) = self { page } else { nil } }

    /// A regular expression of PostgreSQL that finds them in a text.
    var pattern: String {
        switch self {
        // As people and gateways write it: with a +, spaces and dashes or without, and not within a longer number.
        case .phone(let number):
            #"(?<![0-9])\+?"# + number.digits.map(String.init).joined(separator: "[ -]*") + "(?![0-9])"
        // An id may be any word: only as a whole text of JSON.
        case .subscriber(_, let id):
            #"(?<=")"# + id.map { $0.isASCII && !$0.isLetter && !$0.isNumber ? "\\\($0)" : "\($0)" }.joined()
                + #"(?=")"#
        }
    }
}
