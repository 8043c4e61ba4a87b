import Foundation
import Synchronization
import TestSupport
import Testing

/// A process at one end of the path: it is told lines and says lines.
final class ProbeProcess: Sendable {
    private let process: Process
    private let input: FileHandle
    private let text = Mutex("")

    /// This build's probe, which lies beside the test bundle.
    static var program: String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
            + "/SingleShotProbe"
    }

    init(_ command: [String]) throws {
        let (inward, outward) = (Pipe(), Pipe())
        process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = inward
        process.standardOutput = outward
        input = inward.fileHandleForWriting
        outward.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.text.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
        try process.run()
    }

    /// The words of each whole line that it has said.
    var lines: [[Substring]] {
        let text = text.withLock { $0 }
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n").map { $0.split(separator: " ") }
    }

    func tell(_ lines: [String]) throws {
        try input.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Kills it, if it still runs, and waits for its end.
    func end() {
        signal(SIGKILL)
        process.waitUntilExit()
    }
}
