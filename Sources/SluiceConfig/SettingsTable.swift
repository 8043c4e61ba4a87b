/// Writes settings for people.
public enum SettingsTable {
    /// Two lines a setting: name, value, unit and source; below it what it means. A star marks what is not the default.
    public static func text(_ rows: [SettingRow]) -> String {
        let nameWidth = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let name = row.name + String(repeating: " ", count: nameWidth - row.name.count)
            let value = row.value.isEmpty ? "(not set)" : row.value + (row.unit.isEmpty ? "" : " " + row.unit)
            let isDefault = row.source == "default"
            let standard = row.defaultValue.isEmpty ? "" : ", default \(row.defaultValue)"
            let source = isDefault ? "" : "   (\(row.source)\(standard))"
            return "\(isDefault ? " " : "*") \(name)  \(value)\(source)\n      \(row.meaning)"
        }
        .joined(separator: "\n")
    }
}
