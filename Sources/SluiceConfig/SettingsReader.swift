/// Reads settings out of layers and keeps what it saw: the rows of `sluice config show` and every problem.
struct SettingsReader {
    private let layers: [SettingsLayer]
    private(set) var rows: [SettingRow] = []
    private(set) var problems: [SettingsProblem] = []

    /// - Parameter layers: the first that has a key wins.
    init(layers: [SettingsLayer]) { self.layers = layers }

    /// The value of `setting`; its default when no layer has it, or when what a layer has is not allowed, which is then
    /// a problem.
    mutating func read<Value>(_ setting: Setting<Value>) -> Value {
        var value = setting.defaultValue
        var source = "default"
        for layer in layers {
            guard let text = layer.value(setting.name, isSecret: setting.isSecret) else { continue }
            source = layer.name
            if let parsed = setting.parse(text) {
                value = parsed
            } else {
                let shown = setting.isSecret ? "" : " \"\(ServerURL.hidingSecrets(text))\""
                report(setting.name, "has the value\(shown) (\(layer.name)); expected \(setting.allowed)")
            }
            break
        }
        rows.append(
            SettingRow(
                name: setting.name, value: setting.isSecret && source != "default" ? "***" : setting.show(value),
                unit: setting.unit, source: source, defaultValue: setting.show(setting.defaultValue),
                meaning: setting.meaning))
        return value
    }

    mutating func report(_ key: String, _ message: String) {
        problems.append(SettingsProblem(key: key, message: message))
    }
}

/// One row of `sluice config show`.
public struct SettingRow: Hashable, Sendable {
    public var name: String
    /// Without secrets.
    public var value: String
    public var unit: String
    /// `default`, or the layer it came from.
    public var source: String
    public var defaultValue: String
    public var meaning: String
}
