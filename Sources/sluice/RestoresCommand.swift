import ArgumentParser
import FoundationEssentials
import SluiceOperations

struct RestoresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restores", abstract: "Say what to think of a database that came back from a backup.",
        discussion: """
            What was sent after the backup was made is not in it. Sluice notices most restores by itself and then starts nothing until \
            you confirm what may have been sent.

            EXAMPLES:
              sluice restores list
              sluice restores declare --reason "restored the backup of 02:00"
              sluice restores confirm --sent-until 2026-03-01T14:05:00Z
              sluice restores confirm --nothing-sent
            """,
        subcommands: [List.self, Declare.self, Confirm.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them, the newest first.")

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let restores = try await session.listRestores()
                try options.show(restores) { RestoresText.render(restores, width: $0) }
            }
        }
    }

    struct Declare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "This database was restored: nothing starts from it until that is confirmed.")

        @Option(help: "For the audit log and for colleagues.")
        var reason: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let isNew = try await session.declareRestore(reason: reason)
                try options.show(["declared": true, "changed": isNew]) { _ in
                    isNew ? "declared: nothing is sent until `sluice restores confirm`\n" : "that is known already\n"
                }
            }
        }
    }

    struct Confirm: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what may have been sent since the backup; then nodes work.",
            discussion: """
                Without an option, everything that is due by now may have been sent: it becomes unknown and waits for `sluice unknown`.
                """)

        @Option(help: ArgumentHelp("When sending stopped at the latest.", valueName: "time"))
        var sentUntil: String?
        @Flag(help: "The backup was made after the last message was sent.")
        var nothingSent = false
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            if nothingSent, sentUntil != nil { throw ValidationError("--nothing-sent leaves no --sent-until") }
            if sentUntil != nil, time == nil {
                throw ValidationError("--sent-until is a time like 2026-03-01T14:05:00Z")
            }
        }

        /// Nil when there is none, or it is no time: `validate` has refused that one with better words than the parser's.
        private var time: Date? { sentUntil.flatMap { try? Date($0, strategy: .iso8601) } }

        func run() async throws {
            try await options.run { session in
                let report = try await session.confirmRestore(nothingSent ? .nothing : .perhaps(until: time))
                try options.show(report) { _ in RestoresText.render(report) }
            }
        }
    }
}
