import ArgumentParser
import Foundation
import Glibc
import LoadTest
import SluiceDev
import UnixSignals

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Drive a cluster of its own through a scenario, judge it, and write a JSON file and a page.",
        discussion: """
            Scenarios are files; loadtest/scenarios has some to copy and loadtest/README.md lists their keys. Ctrl-C ends the run and \
            keeps what was measured; a second one stops at once and keeps nothing of it.

            Exit status: 0 all targets met, 1 a target missed, a violation or an early end, 2 it did not start, 64 usage.

            EXAMPLES:
              sluice-loadtest run loadtest/scenarios/campaign-and-triggers.toml
              sluice-loadtest run my.toml --results /tmp/results --data /mnt/fast/loadtest
            """)

    @Argument(help: "The scenario's file.")
    var scenario: String
    @OptionGroup var folders: RunFolders

    func run() async throws {
        do {
            let file = try ScenarioFile(path: scenario)
            let interruption = Interruption()
            let good = try await interruptible(interruption) {
                try await folders.run(file, interruption)
            }
            if !good { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            report("sluice-loadtest: \(error)")
            throw ExitCode(2)
        }
    }
}

struct RunFolders: ParsableArguments {
    @Option(help: "Folder for the clusters' data; it is emptied first.")
    var data = ".sluice/loadtest"
    @Option(help: "Folder for results.")
    var results = ".sluice/results"

    /// Runs every point of a scenario, writes and tells each, and returns whether all were good.
    ///
    /// - Parameter onlyTargets: prints what was run where, the targets' lines, and what else makes a run no good one.
    func run(_ file: ScenarioFile, _ interruption: Interruption, onlyTargets: Bool = false) async throws -> Bool {
        let series = try await SeriesRun(file: file, dataPath: data, programs: .besideThisOne()).run(interruption) {
            let paths = try ResultFiles(folder: results).write($0)
            for line in onlyTargets ? [$0.headLine] + $0.targetLines : $0.lines { print(line) }
            if onlyTargets {
                report("  \(paths.page)")
            } else {
                print("\($0.name): \(paths.json)\n\($0.name): \(paths.page)")
            }
        }
        for line in series.lines { print(line) }
        return series.isGood
    }
}

/// Runs `body` so that the first SIGINT or SIGTERM asks it to end. The second ends this process at once, and with it
/// all that it started: the kernel sees to that.
func interruptible<Value: Sendable>(
    _ interruption: Interruption, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            for await signal in signals {
                if interruption.isRequested {
                    report("sluice-loadtest: stopped; nothing of this run was kept")
                    _exit(128 + signal.rawValue)
                }
                report("ending the run; a second Ctrl-C stops at once")
                interruption.request()
            }
        }
        defer { group.cancelAll() }
        return try await body()
    }
}

extension DevPrograms {
    /// The programs that were built together with this one.
    static func besideThisOne() -> DevPrograms {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return DevPrograms(folder: program.deletingLastPathComponent().path)
    }
}
