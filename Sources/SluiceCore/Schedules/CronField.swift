/// One of the five fields of a cron pattern: the values at which it matches.
struct CronField: Hashable, Sendable {
    /// Bit n is set when the field matches n.
    private(set) var bits: UInt64 = 0
    /// Written with a star: says "every", and so restricts nothing on purpose.
    let isStar: Bool

    func contains(_ value: Int) -> Bool { bits & (1 << UInt64(value)) != 0 }

    /// The matching values, in order.
    var values: [Int] { (0..<64).filter(contains) }

    /// What a field may hold.
    struct Kind: Sendable {
        let name: String
        let range: ClosedRange<Int>
        /// The values that a star stands for.
        let all: ClosedRange<Int>
        /// Names of the values, from the first of the range on.
        let names: [String]

        init(name: String, range: ClosedRange<Int>, all: ClosedRange<Int>? = nil, names: [String] = []) {
            self.name = name
            self.range = range
            self.all = all ?? range
            self.names = names
        }

        static let minute = Kind(name: "minute", range: 0...59)
        static let hour = Kind(name: "hour", range: 0...23)
        static let dayOfMonth = Kind(name: "day of month", range: 1...31)
        static let month = Kind(
            name: "month", range: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
        /// 7 is Sunday too.
        static let dayOfWeek = Kind(
            name: "day of week", range: 0...7, all: 0...6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])
    }

    /// - Parameter text: parts joined by commas; a part is `*`, a value, or `from-to`, each with an optional `/step`.
    init(_ text: Substring, _ kind: Kind) throws(CronError) {
        isStar = text.hasPrefix("*")
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try Self.bits(of: part, kind)
        }
        // Sunday by its other number.
        if kind.range.contains(7), !kind.all.contains(7), contains(7) { bits = (bits | 1) & ~(1 << 7) }
    }

    private static func bits(of part: Substring, _ kind: Kind) throws(CronError) -> UInt64 {
        let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if halves.count == 2 {
            guard let number = number(halves[1]), (1...kind.range.upperBound).contains(number) else {
                throw CronError(
                    field: kind.name, problem: "`\(halves[1])` is no step from 1 to \(kind.range.upperBound)")
            }
            step = number
        }
        let range = try range(of: halves[0], hasStep: halves.count == 2, kind)
        return stride(from: range.lowerBound, through: range.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private static func range(of text: Substring, hasStep: Bool, _ kind: Kind) throws(CronError) -> ClosedRange<Int> {
        if text == "*" { return kind.all }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(ends[0], kind)
        // `5/15` means from 5 on.
        guard ends.count == 2 else { return first...(hasStep ? kind.range.upperBound : first) }
        let last = try value(ends[1], kind)
        guard first <= last else {
            throw CronError(field: kind.name, problem: "`\(text)` runs backwards; write it as two parts")
        }
        return first...last
    }

    private static func value(_ text: Substring, _ kind: Kind) throws(CronError) -> Int {
        if let number = number(text), kind.range.contains(number) { return number }
        if let index = kind.names.firstIndex(of: text.lowercased()) { return kind.range.lowerBound + index }
        let allowed = "\(kind.range.lowerBound) to \(kind.range.upperBound)"
        throw CronError(
            field: kind.name,
            problem: "`\(text)` is none of \(allowed)"
                + (kind.names.isEmpty ? "" : " and no name like `\(kind.names[0])`"))
    }

    /// Digits alone: no sign, no blanks, at most two.
    private static func number(_ text: Substring) -> Int? {
        guard (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
