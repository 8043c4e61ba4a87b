/// A text with placeholders, like `Hello {firstName}`. A brace that is meant to be one is doubled: `{{`.
public struct MessageTemplate: Hashable, Sendable {
    private enum Part: Hashable {
        case text(String)
        case placeholder(String)
    }

    /// Of a placeholder's name, in characters.
    public static let longestName = 64

    private let parts: [Part]

    public init(_ text: String) throws(TemplateError) {
        var parts: [Part] = []
        var rest = text[...]
        while let brace = rest.firstIndex(of: "{") {
            parts.append(.text(String(rest[..<brace])))
            rest = rest[brace...].dropFirst()
            if rest.first == "{" {
                parts.append(.text("{"))
                rest = rest.dropFirst()
                continue
            }
            guard let end = rest.firstIndex(of: "}") else { throw .unclosed(String(rest.prefix(20))) }
            let name = String(rest[..<end])
            guard Self.isName(name) else { throw .invalidName(String(name.prefix(Self.longestName))) }
            parts.append(.placeholder(name))
            rest = rest[end...].dropFirst()
        }
        self.parts = parts + [.text(String(rest))]
    }

    /// The names in it, each once, in the order in which they come.
    public var placeholders: [String] {
        var seen: Set<String> = []
        return parts.compactMap { part in
            guard case .placeholder(let name) = part, seen.insert(name).inserted else { return nil }
            return name
        }
    }

    /// The text for one person. What is inserted is not looked through for placeholders.
    public func filled(with values: [String: String]) throws(TemplateError) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let given): text += given
            case .placeholder(let name):
                guard let value = values[name] else { throw .missingValue(name) }
                text += value
            }
        }
        return text
    }

    /// Letters, digits and underscores.
    private static func isName(_ name: String) -> Bool {
        (1...longestName).contains(name.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

/// Why a template cannot be read, or not be filled.
public enum TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A brace that does not end; what comes after it.
    case unclosed(String)
    /// What stands between braces is no name.
    case invalidName(String)
    /// The placeholder that there is no value for.
    case missingValue(String)

    public var description: String {
        switch self {
        case .unclosed(let rest): "the brace before \"\(rest)\" is not closed; write {{ for a brace"
        case .invalidName(let name):
            "{\(name)} is no placeholder: names have 1 to \(MessageTemplate.longestName) letters, digits and _; write {{ for a brace"
        case .missingValue(let name): "there is no value for {\(name)}"
        }
    }
}
