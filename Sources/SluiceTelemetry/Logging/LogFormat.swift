/// How log lines look.
public enum LogFormat: String, CaseIterable, Sendable {
    /// Text when the output is a terminal, JSON otherwise.
    case auto
    /// One JSON object a line.
    case json
    /// For people: time, level, message, then `key=value`.
    case text
}
