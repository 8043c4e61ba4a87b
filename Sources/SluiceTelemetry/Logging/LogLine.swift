import Logging

/// One log event, masked and flattened to strings: what both formats are written from.
struct LogLine: Sendable {
    /// A line is cut here: a log is no place for a message body or a dump.
    static let byteLimit = 16 * 1024
    /// No single value may take up a whole line.
    static let valueByteLimit = 4 * 1024

    var time: Duration
    var level: Logger.Level
    var logger: String
    var message: String
    /// Sorted by key, so that equal events give equal lines.
    var fields: [(key: String, value: Field)]

    enum Field: Hashable, Sendable {
        case text(String)
        case number(String)
        case list([Field])
        case object([Pair])

        struct Pair: Hashable, Sendable {
            var key: String
            var value: Field
        }
    }

    init(event: LogEvent, metadata: Logger.Metadata, logger: String, time: Duration) {
        self.time = time
        self.logger = logger
        level = event.level
        message = LogMasking.mask(Self.shortened(event.message.description))
        var fields = metadata.map { (key: $0.key, value: Self.field($0.value, key: $0.key)) }
        if let error = event.error {
            fields.append((key: "error", value: .text(LogMasking.mask(Self.shortened("\(error)")))))
        }
        self.fields = fields.sorted { $0.key < $1.key }
    }

    private static func field(_ value: Logger.Metadata.Value, key: String) -> Field {
        switch value {
        case .string(let text):
            return .text(LogMasking.mask(shortened(text), key: key))
        case .stringConvertible(let value):
            if !LogMasking.addressKeys.contains(key), let number = number(value) { return .number(number) }
            return .text(LogMasking.mask(shortened(value.description), key: key))
        case .array(let values):
            return .list(values.map { field($0, key: key) })
        case .dictionary(let values):
            let pairs = values.map { Field.Pair(key: $0.key, value: field($0.value, key: $0.key)) }
            return .object(pairs.sorted { $0.key < $1.key })
        }
    }

    /// A value that is a number by type cannot be a phone number, and stays a number in JSON.
    private static func number(_ value: any CustomStringConvertible & Sendable) -> String? {
        if let integer = value as? any BinaryInteger { return integer.description }
        if let double = value as? Double, double.isFinite { return double.description }
        return nil
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > valueByteLimit else { return text }
        return String(decoding: text.utf8.prefix(valueByteLimit), as: UTF8.self) + "…"
    }
}
