import ArgumentParser
import LoadTest

struct JudgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Judge a gateway's request log: duplicates, caps by window, concurrency.",
        discussion: """
            The caps are stated, or those that a database has now. Windows are rolling and counted by the moment of
            acceptance.

            Exit status: 0 clean, 1 something was violated, 2 the log or the database cannot be read, 64 usage.

            EXAMPLES:
              sluice-loadtest judge requests.log --caps 80/800/50 --window 60:20
              sluice-loadtest judge requests.log --database postgresql://localhost/sluice --json
            """)

    @Argument(help: "The log that the gateway simulator wrote.")
    var log: String
    @Option(help: ArgumentHelp("hourly/daily/concurrent, for every device.", valueName: "80/800/50"))
    var caps: String?
    @Option(
        help: ArgumentHelp("With --caps: a further window and its limit. Can be repeated.", valueName: "seconds:limit"))
    var window: [String] = []
    @Option(help: ArgumentHelp("Take the caps from this database.", valueName: "url"))
    var database: String?
    @Option(
        help: ArgumentHelp(
            "A dialect whose gateway sends a repeated key once. Can be repeated.", valueName: "dialect"))
    var deduplicates: [String] = []
    @Flag(help: "Print the verdict as JSON.")
    var json = false

    func validate() throws { _ = try source() }

    func run() async throws {
        do {
            let judgment = try await LogJudgment(
                logPath: log, caps: source(), deduplicating: Set(deduplicates))
            print(json ? try judgment.json() : judgment.text)
            if !judgment.isClean { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            // Not 1: nothing was judged.
            report("sluice-loadtest: \(error)")
            throw ExitCode(2)
        }
    }

    private func source() throws -> LogJudgment.Caps {
        switch (caps, database) {
        case (let text?, nil):
            guard let stated = StatedCaps(text, windows: window) else {
                throw ValidationError(
                    "--caps is hourly/daily/concurrent, such as 80/800/50, and --window seconds:limit, such as 60:20; "
                        + "each number is above 0")
            }
            return .stated(stated)
        case (nil, let url?):
            guard window.isEmpty else { throw ValidationError("--window goes with --caps") }
            return .database(url)
        default: throw ValidationError("give the caps to judge by: --caps or --database, one of the two")
        }
    }
}
