public import Logging

extension Logger {
    /// The same logger with nothing below `level`: for libraries whose "started" and "stopped" are details here.
    public func atLeast(_ level: Logger.Level) -> Logger {
        var logger = self
        logger.logLevel = max(logLevel, level)
        return logger
    }
}
