/// One thing that is wrong with one key.
public struct SettingsProblem: Hashable, Sendable {
    /// The key, or the place in a file.
    public var key: String
    /// What is wrong and what is allowed, to be read after the key. Holds no secret.
    public var message: String

    public init(key: String, message: String) {
        self.key = key
        self.message = message
    }
}

/// Everything that is wrong with the settings of a process.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    public var problems: [SettingsProblem]

    public init(problems: [SettingsProblem]) { self.problems = problems }

    /// One line a problem.
    public var description: String {
        problems.map { "\($0.key) \($0.message)" }.joined(separator: "\n")
    }
}
