/// Why bytes are not the message they should be. Names a field as `message.field` of the .proto files.
public enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// More bytes than any message may have.
    case tooLarge(bytes: Int)
    /// Not protobuf, cut short, or of another message's shape.
    case undecodable(message: String)
    /// A field that is never empty or zero is.
    case missing(field: String)
    /// An id that must have 16 bytes has another number.
    case wrongLength(field: String, bytes: Int)
    /// A number outside what the field may hold.
    case outOfRange(field: String, value: Int64)
    /// An enum value this build does not know: the message is held, not guessed.
    case unknownValue(field: String, value: UInt32)
    /// A list longer than any sender makes it.
    case tooMany(field: String, count: Int)

    public var description: String {
        switch self {
        case .tooLarge(let bytes): "a message of \(bytes) bytes is too large"
        case .undecodable(let message): "not a valid \(message)"
        case .missing(let field): "\(field) is missing"
        case .wrongLength(let field, let bytes): "\(field) has \(bytes) bytes instead of 16"
        case .outOfRange(let field, let value): "\(field) cannot be \(value)"
        case .unknownValue(let field, let value): "\(field) has the unknown value \(value)"
        case .tooMany(let field, let count): "\(field) has \(count) elements"
        }
    }
}
