/// A phone number as the database compares it: digits only. The rule is `sluice_digits` of the schema.
public struct PhoneNumber: Hashable, Sendable {
    public let digits: String

    /// - Throws: ``OperationsError/malformedPhone(given:)`` when it has not 7–15 digits, or anything but a leading +,
    ///   spaces and dashes.
    public init(_ text: String) throws(OperationsError) {
        let bare = text.filter { $0 != " " && $0 != "-" }
        let digits = bare.hasPrefix("+") ? bare.dropFirst() : bare[...]
        guard (7...15).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformedPhone(given: String(text.prefix(40)))
        }
        self.digits = String(digits)
    }
}
