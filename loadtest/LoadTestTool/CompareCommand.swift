import ArgumentParser
import LoadTest

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "What got better or worse between two results.",
        discussion: """
            Database work per message counts as the same within 2 %, everything else within 10 %.

            Exit status: 0, with --strict 1 when anything is worse, 2 a file that is no result.

            EXAMPLE:
              sluice-loadtest compare before.json after.json
            """)

    @Argument(help: "The earlier result's JSON file.")
    var before: String
    @Argument(help: "The later one's.")
    var after: String
    @Flag(help: "End with 1 when anything is worse.")
    var strict = false

    func run() async throws {
        let comparison: Comparison
        do {
            comparison = Comparison(try ResultFiles.read(before), try ResultFiles.read(after))
        } catch {
            report("sluice-loadtest: \(error)")
            throw ExitCode(2)
        }
        for line in comparison.lines { print(line) }
        if strict, comparison.rows.contains(where: { $0.change == .worse }) { throw ExitCode(1) }
    }
}
