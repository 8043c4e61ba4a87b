/// Finds what looks like a phone number in text.
enum PhoneScan {
    /// How many digits a phone number has (E.164 allows 15 at most; below 7 it is an extension or a plain number).
    static let shortest = 7
    static let longest = 15

    private static let lengthOfUUID = 36

    /// The ranges of phone numbers in `bytes`, in order. A number is `+` and digits that single spaces, dashes or
    /// parentheses may part, or an unbroken run of digits.
    static func numbers(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var position = 0
        while position < bytes.count {
            let isPlus = bytes[position] == UInt8(ascii: "+")
            guard isPlus || isDigit(bytes[position]) else {
                position += 1
                continue
            }
            if let end = endOfUUID(in: bytes, at: position) {
                position = end
                continue
            }
            let end = isPlus ? endOfInternational(in: bytes, at: position) : endOfDigits(in: bytes, at: position)
            let range = position..<max(end, position + 1)
            let count = bytes[range].count(where: isDigit)
            if (shortest...longest).contains(count), isFreeStanding(range, in: bytes) { found.append(range) }
            position = range.upperBound
        }
        return found
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func endOfDigits(in bytes: [UInt8], at start: Int) -> Int {
        bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    }

    /// The end of `+49 (151) 123-456`, without separators that trail it.
    private static func endOfInternational(in bytes: [UInt8], at start: Int) -> Int {
        var end = start
        for position in (start + 1)..<max(bytes.count, start + 1) {
            if isDigit(bytes[position]) {
                end = position + 1
            } else if !" -()".utf8.contains(bytes[position]) || position - end > 2 {
                break
            }
        }
        return end
    }

    /// The end of the UUID whose characters stand around `position`, or nil. A group of a UUID may be digits only.
    private static func endOfUUID(in bytes: [UInt8], at position: Int) -> Int? {
        let groups = [8, 4, 4, 4, 12]
        var start = position
        let earliest = max(0, position - lengthOfUUID)
        while start > earliest, isHexDigit(bytes[start - 1]) || bytes[start - 1] == UInt8(ascii: "-") { start -= 1 }
        var end = start
        for (index, length) in groups.enumerated() {
            guard end + length <= bytes.count, bytes[end..<end + length].allSatisfy(isHexDigit) else { return nil }
            end += length
            guard index < groups.count - 1 else { break }
            guard end < bytes.count, bytes[end] == UInt8(ascii: "-") else { return nil }
            end += 1
        }
        return end > position ? end : nil
    }

    private static func isFreeStanding(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
        let before = range.lowerBound > 0 ? bytes[range.lowerBound - 1] : nil
        let after = range.upperBound < bytes.count ? bytes[range.upperBound] : nil
        if let before, isWord(before) || before == UInt8(ascii: ".") { return false }
        guard let after else { return true }
        if isWord(after) { return false }
        // `1234567.89` is a decimal number, `1234567.` ends a sentence.
        guard after == UInt8(ascii: "."), range.upperBound + 1 < bytes.count else { return true }
        return !isDigit(bytes[range.upperBound + 1])
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
