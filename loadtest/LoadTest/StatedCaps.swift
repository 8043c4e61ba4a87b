internal import RequestLog

/// Caps as a person writes them on the command line.
public struct StatedCaps: Sendable {
    let rules: CapRules

    /// - Parameters:
    ///   - text: hourly/daily/concurrent, such as `80/800/50`.
    ///   - windows: further windows, each `seconds:limit`, such as `60:20`.
    /// - Returns: nil for anything else.
    public init?(_ text: String, windows: [String]) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, numbers.allSatisfy({ $0 ?? 0 > 0 }) else { return nil }
        var rules = CapRules(hourly: numbers[0], daily: numbers[1], concurrency: numbers[2])
        for window in windows {
            let parts = window.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let seconds = Double(parts[0]), (0.001...31_536_000).contains(seconds),
                let limit = Int(parts[1]), limit > 0
            else { return nil }
            rules.windows.append(CapRules.Window(seconds: seconds, cap: limit))
        }
        self.rules = rules
    }
}
