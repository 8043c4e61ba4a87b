import ArgumentParser
import Foundation
import LoadTest

struct SuiteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract:
            "Run a folder of scenarios and print one line per target: scenario, figure, value, target, pass or NO.",
        discussion: """
            Without --full it runs the scenarios that have a section [short], in that form. Every run leaves its result and its page.

            Exit status: 0 all targets met, 1 a target missed, a violation or an early end, 2 a scenario or cluster did not start.
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
            let areAllGood = try await interruptible(interruption) {
                var areAllGood = true
                for (number, file) in suite.files.enumerated() where !interruption.isRequested {
                    report("\(file.points[0].name) (\(number + 1) of \(suite.files.count))")
                    areAllGood = try await folders.run(file, interruption, onlyTargets: true) && areAllGood
                }
                return areAllGood && !interruption.isRequested
            }
            if !areAllGood { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch is CancellationError {
            report("sluice-loadtest: stopped")
            throw ExitCode(1)
        } catch {
            report("sluice-loadtest: \(error)")
            throw ExitCode(2)
        }
    }
}
