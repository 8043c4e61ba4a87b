internal import Glibc

/// One line that is rewritten in place on a terminal, and written now and then elsewhere.
struct ProgressLine {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastWritten: ContinuousClock.Instant?

    mutating func show(_ text: String) {
        if isTerminal {
            write("\r\u{1B}[2K" + text)
        } else if lastWritten.map({ $0.duration(to: .now) > .seconds(5) }) ?? true {
            write(text + "\n")
            lastWritten = .now
        }
    }

    /// Leaves what stands there and goes on below.
    mutating func note(_ text: String) {
        write((isTerminal ? "\r\u{1B}[2K" : "") + text + "\n")
    }

    private func write(_ text: String) {
        // To standard error: standard output holds the result alone. A reader that went away is no reason to fail.
        _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }
}
