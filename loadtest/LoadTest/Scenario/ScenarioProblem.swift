/// What is wrong with one line of a scenario file, and what to write instead.
public struct ScenarioProblem: Error, Sendable, Hashable {
    /// From 1; 0 for what is missing altogether.
    public var line: Int
    public var message: String
}

/// All that is wrong with a scenario file, so that one reading finds it all.
public struct ScenarioError: Error, Sendable, CustomStringConvertible {
    public var file: String
    public var problems: [ScenarioProblem]

    public var description: String {
        problems.sorted { $0.line < $1.line }
            .map { "\(file):\($0.line > 0 ? "\($0.line):" : "") \($0.message)" }
            .joined(separator: "\n")
    }
}
