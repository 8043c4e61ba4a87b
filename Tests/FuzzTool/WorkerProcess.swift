import Foundation

/// This program once more, as a worker that may die.
enum WorkerProcess {
    /// How it ended, when not well.
    struct Ending: CustomStringConvertible {
        var description: String
    }

    /// No reader may take longer for one input.
    private static let patience: Duration = .seconds(20)

    /// Runs it to its end. Nil: it ended well.
    static func run(_ arguments: [String], watching progress: ProgressFile?) throws -> Ending? {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        // A file and not a pipe: a sanitizer's report is longer than a pipe holds, and nobody reads before the end.
        let log = FileManager.default.temporaryDirectory.appending(path: "sluice-fuzz-log-\(getpid())")
        try Data().write(to: log)
        defer { unlink(log.path) }
        let standardError = try FileHandle(forWritingTo: log)
        defer { try? standardError.close() }  // nothing of ours is written to it
        process.standardOutput = FileHandle.nullDevice
        process.standardError = standardError
        var environment = ProcessInfo.processInfo.environment
        // The first line of a trap says enough, and collecting the rest takes seconds each time.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        process.environment = environment
        try process.run()
        var (last, since) = (progress?.next, ContinuousClock.now)
        while process.isRunning {
            usleep(progress == nil ? 1_000 : 20_000)
            if progress?.next != last { (last, since) = (progress?.next, .now) }
            if ContinuousClock.now - since > patience {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                return Ending(description: "took longer than \(patience)")
            }
        }
        guard process.terminationStatus != 0 || process.terminationReason == .uncaughtSignal else { return nil }
        let text = String(decoding: try Data(contentsOf: log), as: UTF8.self)
        let line = text.split(separator: "\n").first { !$0.allSatisfy { $0 == "=" } } ?? "no word"
        return Ending(description: "ended with status \(process.terminationStatus): \(line)")
    }
}
