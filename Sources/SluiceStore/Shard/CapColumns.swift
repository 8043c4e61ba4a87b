internal import FoundationEssentials
public import SluiceCore

/// Caps as the columns of `device_caps` have them.
extension Caps {
    public static func standard(hourly: Int, daily: Int, concurrent: Int, windows: CapWindows) -> Caps {
        Caps(
            windows: [
                Caps.Window(length: windows.hour, limit: hourly, margin: windows.hourMargin),
                Caps.Window(length: windows.day, limit: daily, margin: windows.dayMargin),
            ], concurrency: concurrent)
    }

    /// The windows beside the standard ones: `device_caps.windows`, which `sluice_settings_problem` finds nothing wrong
    /// with.
    /// - Throws: ``StoreError/malformed(_:)`` when this reader sees that otherwise.
    public static func furtherWindows(_ text: String) throws(StoreError) -> [Caps.Window] {
        struct Further: Decodable {
            var seconds: Double
            var limit: Int
        }
        guard text != "[]" else { return [] }
        // Why it is no such list does not help whoever has to correct it: the error shows the column's text.
        guard let list = try? JSONDecoder().decode([Further].self, from: Data(text.utf8)),
            list.allSatisfy({ 1...86_400 ~= $0.seconds && $0.limit > 0 })
        else { throw .malformed("device_caps.windows = \(text.prefix(200))") }
        return list.map { further in
            let length = Duration.seconds(further.seconds)
            return Caps.Window(length: length, limit: further.limit, margin: CapWindows.margin(for: length))
        }
    }
}
