import ArgumentParser
import SluiceOperations

struct SuppressionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions", abstract: "Numbers that get nothing.",
        discussion: """
            EXAMPLES:
              sluice suppressions add +62811000001 --reason "asked by mail"
              sluice suppressions list +62811000001
            """,
        subcommands: [List.self, Add.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them, the newest first.")

        @Argument(help: "Only this number.")
        var phone: String?
        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 1_000
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let lines = try await session.listSuppressions(phone: phone, limit: limit)
                try options.show(lines) { SuppressionText.render(lines, width: $0) }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send nothing to a number, and cancel what waits for it.")

        @Argument(help: "The number.")
        var phone: String
        @Option(help: ArgumentHelp("Only in this workspace.", valueName: "id"))
        var workspace: String?
        @Option(help: "Why.")
        var reason: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let isNew = try await session.addSuppression(phone, workspace: workspace, reason: reason)
                try options.show(["changed": isNew]) { _ in
                    isNew ? "suppressed \(phone)\n" : "\(phone) was suppressed already\n"
                }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a number get messages again.")

        @Argument(help: "The number.")
        var phone: String
        @Option(help: ArgumentHelp("The workspace it was suppressed in; without it, everywhere.", valueName: "id"))
        var workspace: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let wasThere = try await session.removeSuppression(phone, workspace: workspace)
                try options.show(["changed": wasThere]) { _ in
                    wasThere ? "\(phone) may get messages again\n" : "\(phone) was not suppressed\n"
                }
            }
        }
    }
}
