/// Something that reads bytes from outside.
public struct FuzzSubject: Sendable {
    enum Form: Sendable {
        case protobuf, text

        /// The longest input that is made, above what any reader of it is given.
        var mostBytes: Int {
            switch self {
            case .protobuf: (1 << 20) + 64
            case .text: 1 << 17
            }
        }
    }

    public let name: String
    let form: Form
    let examples: [[UInt8]]
    /// Reads an input and says whether it was accepted.
    ///
    /// - Throws: ``FuzzFinding`` when what came of it cannot be right.
    public let check: @Sendable ([UInt8]) throws -> Bool

    init(
        _ name: String, _ form: Form, examples: [[UInt8]], check: @escaping @Sendable ([UInt8]) throws -> Bool
    ) {
        self.name = name
        self.form = form
        self.examples = examples
        self.check = check
    }

    public static let all =
        wire + machines + gateways + requests + texts + lists + parameters + webhooks
        + [settings, baseURL, enrollment, statusAnswers]

    public static func named(_ name: String) -> FuzzSubject? { (all + [trap]).first { $0.name == name } }

    /// Dies of a zero byte: shows that a death is noticed, named and shrunk. Only on request.
    static let trap = FuzzSubject("trap", .text, examples: [Array("harmless".utf8)]) { bytes in
        precondition(!bytes.contains(0), "a zero byte")
        return true
    }
}
