import ArgumentParser
import Foundation
import LoadTest
import Synchronization

struct SuiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract:
            "Run a folder of scenarios and print one line per target: scenario, figure, value, target, pass or NO.",
        discussion: """
            Without --full it runs the scenarios that have a section [short], in that form; with names, those. Every run leaves its \
            result and its page. The list of targets is printed when all are over, or after Ctrl-C, and is kept beside the results \
            after each scenario (suite-TIME.json and .html). Where not all was run, the last line says how to go on.

            Exit status: 0 all targets met, 1 a target missed, a violation, an early end or a cluster that did not start, 2 a \
            scenario that cannot be read.

            EXAMPLES:
              sluice-loadtest suite
              sluice-loadtest suite --full --list
              sluice-loadtest suite --full burst memory
            """)

    @Argument(help: "Scenarios, by their files' names without .toml, in this order. (default: all)")
    var names: [String] = []
    @Option(help: "Folder of scenarios.")
    var scenarios = "loadtest/scenarios"
    @Flag(help: "Scenarios as they stand; all of them take hours.")
    var full = false
    @Flag(help: "Run nothing: print what would be run, and how long each may be measured.")
    var list = false
    @OptionGroup var folders: RunFolders

    func run() async throws {
        do {
            let suite = try Suite(folder: scenarios, isFull: full, names: names)
            if list { return suite.lines.forEach { print($0) } }
            let interruption = Interruption()
            let isGood = try await interruptible(interruption) { try await run(suite, interruption) }
            if !isGood { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            report("sluice-loadtest: \(error)")
            throw ExitCode(2)
        }
    }

    private func run(_ suite: Suite, _ interruption: Interruption) async throws -> Bool {
        let summary = Mutex(SuiteResult(suite, isFull: full))
        var page: String?
        for (number, file) in suite.files.enumerated() where !interruption.isRequested {
            report("\(file.fileName) (\(number + 1) of \(suite.files.count))")
            do {
                let series = try await folders.run(file, interruption) { result, paths in
                    report("  \(result.headLine)\n  \(paths.page)")
                    summary.withLock { $0.add(result, page: paths.page) }
                }
                summary.withLock { $0.add(series) }
            } catch {
                // The others say what they have to say all the same.
                report("  \(error)")
                summary.withLock { $0.add(file, failed: "\(error)") }
            }
            if !interruption.isRequested { summary.withLock { $0.finish(file) } }
            page = keep(summary.withLock(\.self))
        }
        let result = summary.withLock(\.self)
        for line in result.lines { print(line) }
        if let page { print("suite: \(page)") }
        return result.isGood
    }

    /// The page's path; nil where it cannot be written. Then the list is printed all the same.
    private func keep(_ summary: SuiteResult) -> String? {
        do {
            return try ResultFiles(folder: folders.results).write(summary).page
        } catch {
            report("  \(error)")
            return nil
        }
    }
}
