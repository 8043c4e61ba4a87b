import Foundation
import Synchronization

/// Lines between a test and a probe.
enum Lines {
    private static let output = Mutex(FileHandle.standardOutput)

    /// The words of each line of the standard input, until its end.
    static func words() -> AsyncStream<[Substring]> {
        // The test sends a few commands per case and waits for what comes of them, so what is buffered is bounded.
        AsyncStream { continuation in
            // Reading blocks, so a thread of its own does it and not one of the cooperative pool.
            let reader = Thread {
                while let line = readLine() { continuation.yield(line.split(separator: " ")) }
                continuation.finish()
            }
            reader.start()
        }
    }

    /// One line, whole, at once.
    static func say(_ line: String) {
        output.withLock { $0.write(Data((line + "\n").utf8)) }
    }
}
