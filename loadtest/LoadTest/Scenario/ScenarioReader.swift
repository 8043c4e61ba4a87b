internal import SluiceCore

/// Takes values out of a scenario file by their keys, checks each, and remembers what is wrong and what nobody asked for.
struct ScenarioReader {
    private var entries: [String: ScenarioText.Entry]
    private var known: [String] = []
    private(set) var problems: [ScenarioProblem]

    /// - Parameter replacing: what stands in place of the file's own values, as the short form and a series want it.
    init(_ text: ScenarioText, replacing: [ScenarioText.Entry] = []) {
        problems = text.problems
        entries = Dictionary(text.entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in replacing { entries[entry.key] = entry }
    }

    func has(_ key: String) -> Bool { entries[key] != nil }

    mutating func report(_ key: String, _ message: String) {
        problems.append(ScenarioProblem(line: entries[key]?.line ?? 0, message: "\(key) \(message)"))
    }

    mutating func report(_ entry: ScenarioText.Entry, _ message: String) {
        problems.append(ScenarioProblem(line: entry.line, message: "\(entry.key) \(message)"))
    }

    // MARK: Values

    mutating func number(_ key: String, in range: ClosedRange<Double>, default standard: Double) -> Double {
        guard let entry = take(key) else { return standard }
        guard case .number(let value) = entry.value, range.contains(value) else {
            report(key, "is a number from \(Self.words(range.lowerBound)) to \(Self.words(range.upperBound))")
            return standard
        }
        return value
    }

    mutating func whole(_ key: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
        guard let entry = take(key) else { return standard }
        guard case .number(let value) = entry.value, let whole = Int(exactly: value), range.contains(whole) else {
            report(key, "is a whole number from \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return whole
    }

    mutating func flag(_ key: String, default standard: Bool) -> Bool {
        guard let entry = take(key) else { return standard }
        guard case .flag(let value) = entry.value else {
            report(key, "is true or false")
            return standard
        }
        return value
    }

    mutating func text(_ key: String, default standard: String) -> String {
        guard let entry = take(key) else { return standard }
        guard case .text(let value) = entry.value else {
            report(key, "is a text in double quotes")
            return standard
        }
        return value
    }

    mutating func texts(_ key: String) -> [String] {
        guard let entry = take(key) else { return [] }
        guard case .list(let values) = entry.value else {
            report(key, #"is a list of texts: ["one", "two"]"#)
            return []
        }
        return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    mutating func list(_ key: String) -> [ScenarioText.Value] {
        guard let entry = take(key) else { return [] }
        guard case .list(let values) = entry.value, !values.isEmpty else {
            report(key, "is a list of values: [1000, 2000]")
            return []
        }
        return values
    }

    /// Seconds, of `"90s"`, `"10m"` or `"1h"`.
    mutating func seconds(_ key: String, in range: ClosedRange<Double>, default standard: Double) -> Double {
        guard let entry = take(key) else { return standard }
        guard case .text(let text) = entry.value, let seconds = Self.seconds(text), range.contains(seconds) else {
            report(
                key,
                "is a time in quotes, such as \"90s\", \"10m\" or \"1h\", from \(Self.words(range.lowerBound)) s to \(Self.words(range.upperBound)) s"
            )
            return standard
        }
        return seconds
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, default standard: Choice
    ) -> Choice {
        let word = text(key, default: standard.rawValue)
        guard let choice = Choice(rawValue: word) else {
            report(key, "is \(Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))")
            return standard
        }
        return choice
    }

    /// Everything of a section whose keys are names of the user's own.
    mutating func section(_ name: String) -> [ScenarioText.Entry] {
        let prefix = name + "."
        let found = entries.values.filter { $0.key.hasPrefix(prefix) }.sorted { $0.line < $1.line }
        for entry in found { entries[entry.key] = nil }
        return found
    }

    // MARK: The end

    /// Reports what nobody asked for, with the key that was likely meant.
    mutating func reportUnknownKeys() {
        for entry in entries.values where !known.contains(entry.key) {
            let near = Self.nearest(entry.key, of: known)
            let hint = near.map { "did you mean \($0)?" } ?? "loadtest/README.md lists the keys"
            problems.append(ScenarioProblem(line: entry.line, message: "\(entry.key) is no key of a scenario; \(hint)"))
        }
    }

    /// Few letters apart, or the same key in another section.
    static func nearest(_ word: String, of candidates: [String]) -> String? {
        func lastPart(_ key: String) -> Substring { key.split(separator: ".").last ?? "" }
        if let same = candidates.first(where: { lastPart($0) == lastPart(word) }) { return same }
        let ranked = candidates.map { (key: $0, distance: EditDistance.between(word, $0)) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= 3 else { return nil }
        return best.key
    }

    static func seconds(_ text: String) -> Double? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600]
        guard let last = text.last, let unit = units[last], let number = Double(text.dropLast()) else { return nil }
        return number * unit
    }

    private mutating func take(_ key: String) -> ScenarioText.Entry? {
        known.append(key)
        return entries[key]
    }

    private static func words(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
    }
}
