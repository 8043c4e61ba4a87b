import Glibc

/// The terminal that standard output is, if it is one.
enum Terminal {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns and rows; 120 wide and endlessly high when standard output is a file or a pipe.
    static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (120, .max)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Puts `text` in place of what is on the screen, cut to its height.
    static func replaceScreen(with text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(max(1, size.rows - 1))
        write("\u{1B}[H" + lines.joined(separator: "\u{1B}[K\n") + "\u{1B}[K\u{1B}[J")
    }

    /// Clears the screen and hides the cursor for the time of `body`.
    static func withScreen<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        write("\u{1B}[2J\u{1B}[?25l")
        defer { write("\u{1B}[?25h\n") }
        return try await body()
    }

    /// Puts `text` in place of the line that standard error shows, when that is a terminal; standard output holds results alone.
    static func showProgress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let line = "\r\u{1B}[2K" + text
        // A terminal that went away is no reason to fail.
        _ = line.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
    }

    static func write(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
