import ArgumentParser
import SluiceOperations

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Say what a contact waits for, and until when.",
        discussion: """
            EXAMPLES:
              sluice why +62811000001
              sluice why 0191d5d2-6d1a-7c3e-9a53-2a6f1c7f0e11
            """)

    @Argument(help: ArgumentHelp("A phone number, or the id of a contact or a lead.", valueName: "phone or id"))
    var subject: String

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.runWithNATS { session in
            let report = try await session.why(subject)
            try options.show(report) { WhyText.render(report, width: $0) }
        }
    }
}

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "List what was sent to a number, the newest last.",
        discussion: """
            EXAMPLES:
              sluice history +62811000001
              sluice history +62811000001 --limit 500 --json
            """)

    @Argument(help: "A phone number.")
    var phone: String

    @Option(help: ArgumentHelp("So many of the newest.", valueName: "n"), transform: rowLimit)
    var limit = 50

    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.run { session in
            let entries = try await session.history(phone, limit: limit)
            try options.show(entries) { HistoryText.render(entries, width: $0) }
        }
    }
}
