import Configuration

/// One source of settings: a name for messages, and its values by key.
public struct SettingsLayer: Sendable {
    /// `command line`, `environment` or the file's path.
    public let name: String
    /// The keys it sets, known or not.
    public let keys: Set<String>
    private let reader: ConfigReader

    /// - Parameter values: by key, such as `["SLUICE_NODE": "shard-1"]`. An empty value counts as not given, so that
    ///   `KEY= sluice …` turns a variable off.
    public init(name: String, values: [String: String]) {
        let given = values.filter { !$0.value.isEmpty }
        self.name = name
        keys = Set(given.keys)
        reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: given))
    }

    func value(_ key: String, isSecret: Bool) -> String? {
        reader.string(forKey: ConfigKey(key.split(separator: "_").map { $0.lowercased() }), isSecret: isSecret)
    }
}
