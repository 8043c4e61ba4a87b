/// One key: how it is called, what it means and what it may hold.
public struct Setting<Value: Sendable>: Sendable {
    /// The environment variable's name, which is also the key in a file.
    public let name: String
    /// `ms`, `s`, `days`; empty for a text or a bare number.
    public let unit: String
    public let meaning: String
    public let defaultValue: Value
    /// What is allowed, as it stands in an error after "expected".
    public let allowed: String
    /// Shown as `***` altogether. URLs are not secret as a whole: see ``show``.
    public let isSecret: Bool

    /// The value of a text, nil when it is not allowed.
    let parse: @Sendable (String) -> Value?
    /// The value as text, without secrets.
    let show: @Sendable (Value) -> String
}

extension Setting where Value == Int {
    static func integer(
        _ name: String, unit: String = "", default value: Int, in range: ClosedRange<Int>, _ meaning: String
    ) -> Self {
        Setting(
            name: name, unit: unit, meaning: meaning, defaultValue: value,
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)", isSecret: false,
            parse: { Int($0).flatMap { range.contains($0) ? $0 : nil } }, show: { "\($0)" })
    }
}

extension Setting where Value == Duration {
    static func milliseconds(
        _ name: String, default value: Duration, in range: ClosedRange<Int64>, _ meaning: String
    ) -> Self {
        duration(name, unit: "ms", unitMilliseconds: 1, default: value, in: range, meaning)
    }

    static func seconds(
        _ name: String, default value: Duration, in range: ClosedRange<Int64>, _ meaning: String
    ) -> Self {
        duration(name, unit: "s", unitMilliseconds: 1_000, default: value, in: range, meaning)
    }

    private static func duration(
        _ name: String, unit: String, unitMilliseconds: Int64, default value: Duration, in range: ClosedRange<Int64>,
        _ meaning: String
    ) -> Self {
        Setting(
            name: name, unit: unit, meaning: meaning, defaultValue: value,
            allowed: "a whole number of \(unit) from \(range.lowerBound) to \(range.upperBound)", isSecret: false,
            parse: { text in
                Int64(text).flatMap { range.contains($0) ? .milliseconds($0 * unitMilliseconds) : nil }
            },
            show: { "\(Int64($0 / .milliseconds(unitMilliseconds)))" })
    }
}

extension Setting where Value == Bool {
    static func flag(_ name: String, default value: Bool, _ meaning: String) -> Self {
        Setting(
            name: name, unit: "", meaning: meaning, defaultValue: value, allowed: "true or false", isSecret: false,
            parse: { text in
                switch text.lowercased() {
                case "true", "1", "yes", "on": true
                case "false", "0", "no", "off": false
                default: nil
                }
            },
            show: { "\($0)" })
    }
}

extension Setting where Value: CaseIterable & RawRepresentable<String> {
    static func choice(_ name: String, default value: Value, _ meaning: String) -> Self {
        Setting(
            name: name, unit: "", meaning: meaning, defaultValue: value,
            allowed: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "), isSecret: false,
            parse: { Value(rawValue: $0.lowercased()) }, show: { $0.rawValue })
    }
}

extension Setting where Value == String {
    /// A name of letters, digits, `-` and `_`: it becomes part of NATS subjects and metric labels, where dots and
    /// blanks have a meaning of their own. A host name's dots are allowed on request.
    static func name(_ name: String, default value: String, _ meaning: String) -> Self {
        Setting(
            name: name, unit: "", meaning: meaning, defaultValue: value,
            allowed: "1 to 63 letters, digits, \"-\" or \"_\"", isSecret: false,
            parse: { text in
                let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
                return (1...63).contains(text.count) && isPlain ? text : nil
            },
            show: { $0 })
    }

    static func host(_ name: String, default value: String, _ meaning: String) -> Self {
        Setting(
            name: name, unit: "", meaning: meaning, defaultValue: value,
            allowed: "a host name or an IP address", isSecret: false,
            parse: { text in
                let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".:-_".contains($0)) }
                return (1...253).contains(text.count) && isPlain ? text : nil
            },
            show: { $0 })
    }
}
