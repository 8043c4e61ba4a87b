import ArgumentParser
import SluiceOperations
import SluiceStore

/// Which unknown contacts are meant.
struct UnknownTarget: ParsableArguments {
    @Argument(help: ArgumentHelp("Phone numbers or contacts' ids.", valueName: "phone or id"))
    var contacts: [String] = []

    @Flag(help: "All that are unknown.")
    var all = false

    func validate() throws {
        guard all == contacts.isEmpty else { throw ValidationError("give phone numbers or contacts' ids, or --all") }
    }

    var choice: UnknownChoice { all ? .all : .these(contacts) }
}

struct UnknownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unknown", abstract: "Resolve messages of which nobody knows whether they arrived.",
        discussion: """
            Sluice never sends such a message again by itself. Look at the device's chat, then say what happened.

            EXAMPLES:
              sluice unknown list
              sluice unknown mark-sent +62811000001
              sluice unknown resend --all --yes
            """,
        subcommands: [List.self, MarkSent.self, MarkFailed.self, Resend.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List them, the oldest first.")

        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let unknown = try await session.listUnknown()
                try options.show(unknown) { UnknownText.render(unknown, width: $0) }
            }
        }
    }

    struct MarkSent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "It arrived: the contact goes on to its next step.")

        @OptionGroup var target: UnknownTarget
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await UnknownCommand.resolve(target, .sent, "marked as sent", options) }
    }

    struct MarkFailed: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "It did not arrive, and is given up.")

        @OptionGroup var target: UnknownTarget
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await UnknownCommand.resolve(target, .failed, "marked as failed", options) }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "It did not arrive, and is sent again. A person may get it twice if you are wrong.")

        @OptionGroup var target: UnknownTarget
        @Flag(help: "Yes, send again.")
        var yes = false
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            if !yes { throw ValidationError("a message that did arrive would arrive twice; add --yes if you are sure") }
        }

        func run() async throws { try await UnknownCommand.resolve(target, .resend, "to be sent again", options) }
    }

    fileprivate static func resolve(
        _ target: UnknownTarget, _ truth: UnknownResolution.Truth, _ verb: String, _ options: OperatorOptions
    ) async throws {
        try await options.run { session in
            let report = try await session.resolveUnknown(target.choice, as: truth)
            try options.show(report) { _ in UnknownText.render(report, verb: verb) }
        }
    }
}
