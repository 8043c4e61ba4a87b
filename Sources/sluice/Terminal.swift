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

    /// Puts `text` in place of what is on the screen, cut to its height and width: a line that wrapped would push the
    /// first one out.
    ///
    /// - Parameter clearing: first; for a terminal that changed its size and moved what stood there. Else nothing
    ///   flickers.
    static func replaceScreen(with text: String, clearing: Bool = false) {
        let (columns, rows) = size
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(max(1, rows - 1))
            .map { $0.prefix(columns) }
        let start = clearing ? "\u{1B}[H\u{1B}[2J" : "\u{1B}[H"
        // A line that fills its row leaves the cursor on its last character, which clearing from there would erase.
        let body = lines.map { $0.count < columns ? $0 + "\u{1B}[K" : $0 }.joined(separator: "\n")
        write(start + body + "\n\u{1B}[J")
    }

    /// Takes the alternate screen and hides the cursor for the time of `body`: what stood on the terminal before stands
    /// there after it.
    static func withScreen<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
        defer { write("\u{1B}[?25h\u{1B}[?1049l") }
        return try await body()
    }

    /// Puts `text` in place of the line that standard error shows, when that is a terminal; standard output holds
    /// results alone.
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
