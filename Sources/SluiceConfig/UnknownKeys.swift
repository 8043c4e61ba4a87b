internal import SluiceCore

/// Finds keys that look like Sluice's and are not.
enum UnknownKeys {
    /// Written by `sluice dev` for scripts; Sluice itself does not read them.
    private static let forScripts: Set<String> = ["SLUICE_API_URL"]

    static func problems(in layers: [SettingsLayer], known: [String]) -> [SettingsProblem] {
        layers.flatMap { layer in
            layer.keys.filter { $0.hasPrefix("SLUICE_") && !known.contains($0) && !forScripts.contains($0) }.sorted()
                .map { key in
                    let hint = nearest(to: key, in: known).map { "; did you mean \($0)?" } ?? ""
                    return SettingsProblem(key: key, message: "is not a setting of Sluice (\(layer.name))\(hint)")
                }
        }
    }

    /// The shortest known key that the given one begins, else the one that differs least; nil when none is near: at
    /// most a third of its letters off.
    static func nearest(to key: String, in known: [String]) -> String? {
        // One who leaves out the unit or the last word is not near by letters: SLUICE_POOL is closer to SLUICE_NODE
        // than to SLUICE_POOL_SIZE.
        let completions = known.filter { $0.hasPrefix(key + "_") }
        if let shortest = completions.min(by: { $0.utf8.count < $1.utf8.count }) { return shortest }
        // Letters that one of the two does not have at all count in any case; and a key may be of any length.
        let candidates = known.filter { abs($0.utf8.count - key.utf8.count) * 3 <= key.utf8.count }
            .map { (key: $0, distance: EditDistance.between(key, $0)) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance * 3 <= key.utf8.count ? best.key : nil
    }
}
