/// The log levels of swift-log.
public enum LogLevelSetting: String, CaseIterable, Hashable, Sendable {
    case trace, debug, info, notice, warning, error, critical
}

/// How log lines look.
public enum LogFormatSetting: String, CaseIterable, Hashable, Sendable {
    case auto, json, text
}
