import ArgumentParser
import Foundation
import LoadTest
import SluiceDev

struct FloorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floors",
        abstract: "What the machine does without Sluice: HTTP alone, SQL alone, and both one after the other.",
        discussion: """
            A bare HTTP client posts to the gateway simulator; bare claim, reserve and settle run in SQL; the composed floor is \
            1 / (1 / http + 1 / sql). A scenario with measure.floors = true measures the same in its own run, which is what a ratio needs.
            """)

    @Option(help: "Folder for the cluster's data; it is emptied first.")
    var data = ".sluice/loadtest"
    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        do {
            try SeriesRun.empty(folder: data)
            let interruption = Interruption()
            let base = DevOptions(dataPath: data, programs: .besideThisOne())
            let floors = try await interruptible(interruption) {
                try await FloorsRun(base: base, interruption: interruption).run()
            }
            if json {
                print(String(decoding: try JSONEncoder().encode(floors), as: UTF8.self))
            } else {
                for line in floors.lines { print(line) }
            }
        } catch {
            report("sluice-loadtest: \(error)")
            throw ExitCode(2)
        }
    }
}
