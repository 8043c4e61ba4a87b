import Glibc

/// Reads a file of `KEY=value` lines.
///
/// Blank lines and lines that start with `#` are skipped. `export KEY=value` and quotes around the value are allowed,
/// so that the `env` file of `sluice dev` is such a file. Nothing is expanded.
public enum SettingsFile {
    /// A settings file has a few dozen lines; something of this size is another kind of file.
    static let byteLimit = 1 << 20

    /// - Throws: ``SettingsError`` when the file cannot be read or a line is none of the above.
    public static func load(path: String) throws(SettingsError) -> SettingsLayer {
        SettingsLayer(name: path, values: try values(path: path))
    }

    /// What the file says, known keys or not.
    ///
    /// - Throws: ``SettingsError`` as ``load(path:)`` does.
    public static func values(path: String) throws(SettingsError) -> [String: String] {
        try parse(try read(path), path: path)
    }

    static func parse(_ text: String, path: String) throws(SettingsError) -> [String: String] {
        var values: [String: String] = [:]
        var problems: [SettingsProblem] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var rest = trimmed(line)
            if rest.isEmpty || rest.first == "#" { continue }
            if rest.hasPrefix("export ") { rest = trimmed(rest.dropFirst("export ".count)) }
            let key = trimmed(rest.prefix { $0 != "=" })
            guard let equals = rest.firstIndex(of: "="), isKey(key) else {
                problems.append(
                    SettingsProblem(key: "\(path):\(index + 1)", message: "is not a line of the form KEY=value"))
                continue
            }
            values[String(key)] = unquoted(trimmed(rest[rest.index(after: equals)...]))
        }
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        return values
    }

    private static func isKey(_ text: Substring) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func unquoted(_ text: Substring) -> String {
        for quote in ["'", "\""] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
            return String(text.dropFirst().dropLast())
        }
        return String(text)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }

    private static func read(_ path: String) throws(SettingsError) -> String {
        guard let file = fopen(path, "r") else {
            throw SettingsError(path: path, message: "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw SettingsError(path: path, message: "cannot be read; is it a folder?") }
        guard count <= byteLimit else { throw SettingsError(path: path, message: "is too large for a settings file") }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

extension SettingsError {
    fileprivate init(path: String, message: String) {
        self.init(problems: [SettingsProblem(key: path, message: message)])
    }
}
