internal import Foundation

/// A scenario file that was read and can be run.
public struct ScenarioFile: Sendable {
    public var path: String
    /// As it stands in the file: a result keeps it, so that the run can be repeated.
    public var text: String
    /// One run; of a series, one for each value.
    public var points: [Scenario]

    /// What its short form changes, `key=value` each; empty for the scenario as it stands.
    public var shortened: [String]

    /// Reads and checks a file.
    ///
    /// - Parameter isShort: takes the values of its section `[short]` where it has any.
    /// - Throws: ``ScenarioError`` with every mistake in it, or ``LoadTestError`` when it cannot be read.
    public init(path: String, isShort: Bool = false, machine: MachineLimits = .here()) throws {
        let text: String
        do {
            text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            throw LoadTestError(
                "\(path) cannot be read as a scenario: \(error.localizedDescription); loadtest/scenarios has some")
        }
        try self.init(path: path, text: text, isShort: isShort, machine: machine)
    }

    /// - Throws: ``ScenarioError``.
    init(path: String, text: String, isShort: Bool = false, machine: MachineLimits) throws(ScenarioError) {
        let parsed = ScenarioText(text)
        let short = isShort ? parsed.shortForm : []
        let name = Self.name(of: path)
        var problems: [ScenarioProblem] = []
        func point(_ replacing: [ScenarioText.Entry]) -> Scenario {
            var reader = ScenarioReader(parsed, replacing: replacing)
            let scenario = Scenario(&reader, name: name)
            machine.check(scenario, &reader)
            problems += reader.problems
            return scenario
        }
        var points = [point(short)]
        if let series = points[0].series, problems.isEmpty {
            let values = (short + parsed.entries).first { $0.key == "series.values" }
            guard case .list(let list)? = values?.value else { preconditionFailure("a series was read without values") }
            points = list.map { point(short + [.init(key: series.key, value: $0, line: values?.line ?? 0)]) }
        }
        guard problems.isEmpty else { throw ScenarioError(file: path, problems: Array(Set(problems))) }
        (self.path, self.text, self.points) = (path, text, points)
        shortened = short.map { "\($0.key)=\(ScenarioText.words($0.value))" }
    }

    /// Without folder and `.toml`.
    public var fileName: String { Self.name(of: path) }

    /// Seconds that its points may be measured for, one after the other.
    var longest: Double { points.reduce(0) { $0 + $1.duration } }

    private static func name(of path: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    /// Whether it has a short form, and so is of the short set.
    public var hasShortForm: Bool { !ScenarioText(text).shortForm.isEmpty }
}

extension ScenarioText {
    /// The values of `[short]`, under the keys that they stand in for.
    fileprivate var shortForm: [Entry] {
        entries.filter { $0.key.hasPrefix("short.") }.map { entry in
            Entry(key: String(entry.key.dropFirst("short.".count)), value: entry.value, line: entry.line)
        }
    }

    /// How a value reads in a result.
    static func words(_ value: Value) -> String {
        switch value {
        case .text(let text): text
        case .flag(let flag): "\(flag)"
        case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
        case .list(let values): values.map(words).joined(separator: ", ")
        }
    }
}
