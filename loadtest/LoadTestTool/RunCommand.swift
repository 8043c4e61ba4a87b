import ArgumentParser
import Foundation
import Glibc
import LoadTest
import SluiceDev
import UnixSignals

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Drive a cluster through a scenario, judge it, and write a JSON file and a page.",
        discussion: """
            Scenarios are files; loadtest/scenarios has some to copy and loadtest/README.md lists their keys. Ctrl-C ends the run and \
            keeps what was measured; a second one stops at once and keeps nothing of it.

            The cluster is started for the run, unless --cluster names one that runs already, with the gateway simulator as its far \
            end. There the run has a workspace and devices of its own, and takes them away when it is over.

            Exit status: 0 all targets met, 1 a target missed, a violation or an early end, 2 it did not start, 64 usage.

            EXAMPLES:
              sluice-loadtest run loadtest/scenarios/campaign-and-triggers.toml
              sluice-loadtest run my.toml --results /tmp/results --data /mnt/fast/loadtest
              sluice-loadtest run my.toml --cluster .sluice/env
              sluice-loadtest run my.toml --cluster /etc/sluice.env --cluster GATEWAY_URL=http://127.0.0.1:8080 \
                --cluster GATEWAY_REQUEST_LOG=/var/log/requests.jsonl
            """)

    @Argument(help: "The scenario's file.")
    var scenario: String
    @Option(
        help: ArgumentHelp(
            "A cluster that runs already: a settings file, or DATABASE_URL, GATEWAY_URL, GATEWAY_REQUEST_LOG, NODE_URLS one by one. Can be repeated.",
            valueName: "file or NAME=VALUE"))
    var cluster: [String] = []
    @Flag(
        help: "With --cluster: also where devices and contacts of others are. They are left alone, and share its speed."
    )
    var besideOthers = false
    @OptionGroup var folders: RunFolders

    func validate() throws {
        guard cluster.isEmpty, besideOthers else { return }
        throw ValidationError("--beside-others goes with --cluster")
    }

    func run() async throws {
        do {
            let file = try ScenarioFile(path: scenario)
            let named = cluster.isEmpty ? nil : try NamedCluster(cluster, isShared: besideOthers)
            let interruption = Interruption()
            let series = try await interruptible(interruption) {
                try await folders.run(file, on: named, interruption) { result, paths in
                    for line in result.lines { print(line) }
                    print("\(result.name): \(paths.json)\n\(result.name): \(paths.page)")
                }
            }
            for line in series.lines { print(line) }
            if !series.isGood { throw ExitCode(1) }
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

    /// Runs every point of a scenario and writes what came of each before `show` is told of it.
    func run(
        _ file: ScenarioFile, on cluster: NamedCluster? = nil, _ interruption: Interruption,
        _ show: @Sendable (RunResult, (json: String, page: String)) -> Void
    ) async throws -> SeriesRun.Summary {
        try await SeriesRun(file: file, dataPath: data, programs: .besideThisOne(), cluster: cluster).run(interruption)
        {
            show($0, try ResultFiles(folder: results).write($0))
        }
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
