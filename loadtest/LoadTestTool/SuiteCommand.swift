import ArgumentParser
import Foundation
import LoadTest

struct SuiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract:
            "Run a folder of scenarios and print one line per target: scenario, figure, value, target, pass or NO.",
        discussion: """
            Without --full it runs the scenarios that have a section [short], in that form. Every run leaves its result and its page. \
            The list comes when all are over, or after Ctrl-C, of those that were run.

            Exit status: 0 all targets met, 1 a target missed, a violation, an early end or a cluster that did not start, 2 a \
            scenario that cannot be read.
            """)

    @Option(help: "Folder of scenarios.")
    var scenarios = "loadtest/scenarios"
    @Flag(help: "All scenarios, as they stand; takes hours.")
    var full = false
    @OptionGroup var folders: RunFolders

    func run() async throws {
        do {
            let suite = try Suite(folder: scenarios, isFull: full)
            let interruption = Interruption()
            let areAllGood = try await interruptible(interruption) { try await run(suite, interruption) }
            if !areAllGood { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            report("sluice-loadtest: \(error)")
            throw ExitCode(2)
        }
    }

    private func run(_ suite: Suite, _ interruption: Interruption) async throws -> Bool {
        let targets = TargetList()
        var areAllGood = true
        for (number, file) in suite.files.enumerated() where !interruption.isRequested {
            report("\(file.points[0].name) (\(number + 1) of \(suite.files.count))")
            do {
                let series = try await folders.run(file, interruption) { result, paths in
                    report("  \(result.headLine)\n  \(paths.page)")
                    targets.add(result)
                }
                targets.add(series)
                areAllGood = areAllGood && series.isGood
            } catch {
                // The others say what they have to say all the same.
                targets.add(file, didNotStart: "\(error)")
                areAllGood = false
            }
        }
        for line in targets.lines { print(line) }
        return areAllGood && !interruption.isRequested
    }
}
