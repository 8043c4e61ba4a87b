import Foundation
import SluiceDev

extension TestCluster {
    /// What a command printed, and how it ended.
    struct CommandResult: Sendable {
        var status: Int32
        var output: String
    }

    /// Runs `sluice` as a person who sourced the cluster's env file would. Both outputs are read as one text.
    func sluice(_ arguments: String...) throws -> CommandResult {
        try Self.run(arguments, environment: environment.variables)
    }

    /// - Parameter seconds: a role, which runs for ever when all is well, is asked to stop after so long.
    ///   What does not is killed.
    static func run(
        _ arguments: [String], environment: [(name: String, value: String)], seconds: Int = 60
    ) throws -> CommandResult {
        try run(program: Programs.sluice, arguments, environment: environment, seconds: seconds)
    }

    /// - Parameter folder: to run it in; nil is this process's own.
    static func run(
        program: String, _ arguments: [String], folder: String? = nil, environment: [(name: String, value: String)],
        seconds: Int
    ) throws -> CommandResult {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["--signal=INT", "--kill-after=90", "\(seconds)", program] + arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = FileHandle.nullDevice
        var variables = ProcessInfo.processInfo.environment
        for variable in environment { variables[variable.name] = variable.value }
        process.environment = variables
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        // Read before waiting: a full pipe would stop the command.
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return CommandResult(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }
}
