import Glibc

/// Where log lines and error messages go: a file descriptor, in one `write` a line, so that lines of several threads
/// and processes do not mix.
///
/// The write blocks while the reader of a full pipe does not read. Logs go to a terminal or to a file, so that is rare;
/// and a line in memory would be lost in a crash, which is when it is wanted most.
public struct LogDestination: Sendable {
    let descriptor: Int32

    public static let standardError = LogDestination(descriptor: STDERR_FILENO)
    public static let standardOutput = LogDestination(descriptor: STDOUT_FILENO)

    /// Writes `line`, which ends with a line feed. What cannot be written is dropped.
    public func write(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                written += count
            }
        }
    }

    /// Whether people read here in color (see https://no-color.org).
    var isColorTerminal: Bool {
        isTerminal && getenv("NO_COLOR") == nil && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false
    }

    var isTerminal: Bool { isatty(descriptor) == 1 }
}
