/// One record of a CSV file.
public struct CSVRecord: Hashable, Sendable {
    /// The line of the file on which it begins, from 1.
    public var line: Int
    public var fields: [String]

    public init(line: Int, fields: [String]) {
        self.line = line
        self.fields = fields
    }
}

/// Why a record of a CSV file cannot be read. The next line begins another.
public struct CSVProblem: Error, Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// The file ends within quotes.
        case openQuote = "open_quote"
        /// Something other than a comma follows a closing quote.
        case textAfterQuote = "text_after_quote"
        /// A quote within a field that does not begin with one.
        case strayQuote = "stray_quote"
        case notUTF8 = "not_utf8"
        /// It is longer than ``CSVReader/mostBytes``.
        case tooLong = "too_long"
    }

    public var kind: Kind
    /// The line on which the record begins, and the field that is wrong, both from 1.
    public var line: Int
    public var field: Int

    public init(kind: Kind, line: Int, field: Int) {
        self.kind = kind
        self.line = line
        self.field = field
    }
}

/// Reads CSV as RFC 4180 has it, byte by byte: nothing is kept but the record that is being read, and that is bounded.
///
/// Lines end with LF or CR LF. A mark of UTF-8 (U+FEFF) before the first is passed over, and so are lines without a
/// character. A field in quotes holds commas, line ends and doubled quotes.
public struct CSVReader: Sendable {
    /// The longest record, with its commas and quotes.
    public static let mostBytes = 65_536

    public enum Outcome: Hashable, Sendable {
        case record(CSVRecord)
        case problem(CSVProblem)
    }

    private enum State: Hashable, Sendable {
        case fieldStart, plain, quoted
        /// After a quote within quotes: it ends them, or it is the first of two.
        case quoteInQuotes
        /// After the CR of a line that ended in quotes.
        case quotedLineEnd
        /// Within a record that cannot be read, until its line ends.
        case skipping
    }

    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var line = 1
    private var recordLine = 1
    private var recordBytes = 0
    private var isFieldQuoted = false
    /// Of the mark before the first line, so many bytes have come.
    private var markBytes: Int? = 0

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
    private static let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

    public init() {}

    /// Takes the file's next byte.
    /// - Returns: the record that it ended, or why there is none.
    public mutating func read(_ byte: UInt8) -> Outcome? {
        if let seen = markBytes {
            if byte == Self.mark[seen] {
                markBytes = seen + 1 < Self.mark.count ? seen + 1 : nil
                return nil
            }
            markBytes = nil
            // They were no mark, and so are the file's. No line can end among them.
            for earlier in Self.mark.prefix(seen) { _ = take(earlier) }
        }
        return take(byte)
    }

    /// The file has ended.
    public mutating func finish() -> Outcome? {
        if let seen = markBytes.take(), seen > 0 { for byte in Self.mark.prefix(seen) { _ = take(byte) } }
        if state == .quoted { return fail(.openQuote, isAtLineEnd: true) }
        return endRecord()
    }

    private mutating func take(_ byte: UInt8) -> Outcome? {
        defer { if byte == Self.lineFeed { line += 1 } }
        recordBytes += 1
        if recordBytes > Self.mostBytes, state != .skipping {
            return fail(.tooLong, isAtLineEnd: byte == Self.lineFeed)
        }
        switch (state, byte) {
        case (.quoted, Self.quote): state = .quoteInQuotes
        case (.quoted, _): field.append(byte)
        case (.quoteInQuotes, Self.quote):
            field.append(byte)
            state = .quoted
        case (_, Self.lineFeed): return endRecord()
        case (.skipping, _): break
        case (.quotedLineEnd, _): return fail(.textAfterQuote, isAtLineEnd: false)
        case (_, Self.comma): return endField()
        case (.fieldStart, Self.quote):
            state = .quoted
            isFieldQuoted = true
        case (.fieldStart, _), (.plain, _):
            if byte == Self.quote { return fail(.strayQuote, isAtLineEnd: false) }
            field.append(byte)
            state = .plain
        case (.quoteInQuotes, Self.carriageReturn): state = .quotedLineEnd
        case (.quoteInQuotes, _): return fail(.textAfterQuote, isAtLineEnd: false)
        }
        return nil
    }

    private mutating func endField() -> Outcome? {
        guard let text = String(validating: field, as: UTF8.self) else { return fail(.notUTF8, isAtLineEnd: false) }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        isFieldQuoted = false
        state = .fieldStart
        return nil
    }

    private mutating func endRecord() -> Outcome? {
        defer { startRecord() }
        if state == .skipping { return nil }
        if !isFieldQuoted, field.last == Self.carriageReturn { field.removeLast() }
        if fields.isEmpty, field.isEmpty, !isFieldQuoted { return nil }
        if let problem = endField() { return problem }
        return .record(CSVRecord(line: recordLine, fields: fields))
    }

    private mutating func fail(_ kind: CSVProblem.Kind, isAtLineEnd: Bool) -> Outcome {
        let problem = CSVProblem(kind: kind, line: recordLine, field: fields.count + 1)
        if isAtLineEnd { startRecord() } else { state = .skipping }
        return .problem(problem)
    }

    private mutating func startRecord() {
        state = .fieldStart
        fields.removeAll(keepingCapacity: true)
        field.removeAll(keepingCapacity: true)
        isFieldQuoted = false
        recordBytes = 0
        recordLine = line + 1
    }
}
