/// Writes records as RFC 4180 has them; what it writes a ``CSVReader`` reads as it was.
public enum CSVWriter {
    /// A record's line, with its end.
    public static func line(_ fields: [String]) -> String {
        // A line without a character is none, and a record of one empty field is.
        if fields == [""] { return "\"\"\r\n" }
        return fields.map(written).joined(separator: ",") + "\r\n"
    }

    private static func written(_ field: String) -> String {
        let isPlain = !field.utf8.contains { special.contains($0) } && !field.hasPrefix("\u{FEFF}")
        return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    private static let special = Array("\",\r\n".utf8)
}
