import ArgumentParser
import Foundation
import LoadTest
import Logging
import SluiceDev

@main
struct LoadTestTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-loadtest",
        abstract: "Runs whole clusters on this machine and judges them by the gateway's log.",
        subcommands: [
            RunCommand.self, SuiteCommand.self, FloorsCommand.self, CompareCommand.self, DemoCommand.self,
            BenchCommand.self,
            JudgeCommand.self,
        ])
}

struct ClusterOptions: ParsableArguments {
    @Option(help: "Folder for the cluster's data; it is emptied first.")
    var data = ".sluice/loadtest"
    @Option(help: "Shard nodes.")
    var shards = 3
    @Option(help: "Devices.")
    var devices = 3_000

    /// A fresh folder, and the programs beside this one.
    func devOptions() throws -> DevOptions {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        if FileManager.default.fileExists(atPath: data) { try FileManager.default.removeItem(atPath: data) }
        var options = DevOptions(dataPath: data, programs: DevPrograms(folder: folder))
        options.shards = shards
        options.devices = devices
        options.apiPort = 0
        return options
    }
}

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "30,000 leads on 3,000 devices, one node killed half-way. Exit status 0 when nothing went wrong.")

    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        let summary = try await Demo(options: cluster.devOptions(), logger: quietLogger()).run()
        if summary.unfinished > 0 {
            print("\(summary.unfinished) contacts on devices with room did not finish in time")
        }
        if summary.waiting > 0, let next = summary.nextInSeconds {
            print(
                "\(summary.waiting) contacts wait for the hourly cap of their device; the next goes in \(Int(next / 60)) min \(Int(next) % 60) s"
            )
        }
        print("demo: \(summary.line)")
        if !summary.isClean { throw ExitCode(1) }
    }
}

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Messages per second end to end, and transactions per second when every device is capped.")

    @OptionGroup var cluster: ClusterOptions
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let result = try await Bench(options: cluster.devOptions(), logger: quietLogger()).run()
        if json {
            print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
        } else {
            print(
                "bench: messages=\(result.messages) seconds=\(rounded(result.seconds)) per_second=\(Int(result.messagesPerSecond))"
            )
            print("bench: all capped: \(rounded(result.idleTransactionsPerNode)) transactions/s per node")
            print("bench: \(result.summary)")
        }
    }

    private func rounded(_ value: Double) -> String { String(format: "%.2f", value) }
}

/// Only what a person must know: the nodes' own logs are in the data folder.
func quietLogger() -> Logger {
    var logger = Logger(label: "loadtest") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    return logger
}

func report(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
