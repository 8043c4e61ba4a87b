extension String {
    /// The string as an SQL identifier in double quotes: `a"b` becomes `"a""b"`.
    public var quotedIdentifier: String {
        "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
