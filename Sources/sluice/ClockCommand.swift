import ArgumentParser
import SluiceOperations

struct ClockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "Steps of the database's clock.",
        subcommands: [Show.self, Confirm.self], defaultSubcommand: Show.self)

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Steps that nobody has confirmed.")

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let steps = try await session.clockSteps()
                try options.show(steps) { ClockText.render(steps, width: $0) }
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trust the send ledger's dates again.",
            discussion: """
                Say so when the database host's clock is right and either the step was a few seconds, or every message \
                of the last 24 hours was sent under a right clock. Until then a device that changes nodes counts as \
                full.

                EXAMPLE:
                  sluice clock confirm --reason "NTP was down, set by hand, a day ago"
                """)

        @Option(help: "For the audit log and for colleagues.")
        var reason: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let nodes = try await session.confirmClock(reason: reason)
                try options.show(["confirmed": nodes]) { _ in
                    nodes == 0 ? "there was nothing to confirm\n" : "confirmed what \(nodes) nodes saw\n"
                }
            }
        }
    }
}
