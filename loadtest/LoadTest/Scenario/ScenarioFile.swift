internal import Foundation

/// A scenario file that was read and can be run.
public struct ScenarioFile: Sendable {
    public var path: String
    /// As it stands in the file: a result keeps it, so that the run can be repeated.
    public var text: String
    /// One run; of a series, one for each value.
    public var points: [Scenario]

    /// Reads and checks a file.
    ///
    /// - Throws: ``ScenarioError`` with every mistake in it, or ``LoadTestError`` when it cannot be read.
    public init(path: String, machine: MachineLimits = .here()) throws {
        let text: String
        do {
            text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            throw LoadTestError(
                "\(path) cannot be read as a scenario: \(error.localizedDescription); loadtest/scenarios has some")
        }
        try self.init(path: path, text: text, machine: machine)
    }

    /// - Throws: ``ScenarioError``.
    init(path: String, text: String, machine: MachineLimits) throws(ScenarioError) {
        let parsed = ScenarioText(text)
        var reader = ScenarioReader(parsed)
        let standardName = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        let scenario = Scenario(&reader, name: standardName)
        machine.check(scenario, &reader)
        var problems = reader.problems
        var points = [scenario]
        if let series = scenario.series, problems.isEmpty {
            points = []
            for value in parsed.value(of: "series.values") {
                var reader = ScenarioReader(parsed, replacing: (series.key, value))
                let point = Scenario(&reader, name: standardName)
                machine.check(point, &reader)
                problems += reader.problems
                points.append(point)
            }
        }
        guard problems.isEmpty else { throw ScenarioError(file: path, problems: Array(Set(problems))) }
        (self.path, self.text, self.points) = (path, text, points)
    }
}

extension ScenarioText {
    fileprivate func value(of key: String) -> [Value] {
        guard case .list(let values) = entries.first(where: { $0.key == key })?.value else { return [] }
        return values
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
