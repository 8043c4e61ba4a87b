import ArgumentParser
import SluiceOperations

struct SourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources", abstract: "Rate, quiet hours and expiry of sequences, campaigns and triggers.",
        discussion: """
            EXAMPLES:
              sluice sources list
              sluice sources set campaign 17 --rate 60 --quiet 20:00-08:00
              sluice sources set sequence "Welcome" --expires-after 2h
              sluice sources set trigger 7 --rate 20 --workspace berlin
              sluice sources set campaign 17 --rate none
            """,
        subcommands: [List.self, Set.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what can be set, and until when a setting holds something back.")

        @Option(help: ArgumentHelp("Only those of this workspace.", valueName: "id"))
        var workspace: String?
        @Flag(help: "Only those that have a setting.")
        var set = false
        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 100
        @Option(help: ArgumentHelp("Those after this one.", valueName: "kind/id"))
        var after: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let page = try await session.listSources(
                    in: workspace, settingsOnly: set, after: after, most: limit)
                try options.show(page) { width in
                    SourceText.render(page.sources, width: width)
                        + (page.nextCursor.map { "there are more: --after \($0)\n" } ?? "")
                }
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set or take away settings; those not named stay as they are.",
            discussion: """
                A sequence is given by its name or id, a campaign by its run's id, a trigger by its trigger_id. A setting \
                holds from the next message on.

                EXAMPLES:
                  sluice sources set campaign 17 --rate 60
                  sluice sources set sequence "Welcome" --quiet 21:00-09:00 --expires-after 1d
                  sluice sources set trigger 7 --quiet none
                """)

        @Argument(
            help: "sequence, campaign or trigger.",
            transform: { text in
                guard let kind = SettableSource(rawValue: text) else {
                    throw ValidationError("\"\(text)\" is neither sequence nor campaign nor trigger")
                }
                return kind
            })
        var kind: SettableSource
        @Argument(help: "Its id; a sequence's may be its name.")
        var id: String
        @Option(
            parsing: .unconditional,
            help: ArgumentHelp("At most so many contacts a minute, over all devices; or none.", valueName: "n"))
        var rate: String?
        @Option(
            help: ArgumentHelp(
                "No message between these times of day where the contact is; or none.", valueName: "20:00-08:00"))
        var quiet: String?
        @Option(
            help: ArgumentHelp("A message later than that is dropped: 90s, 45m, 2h, 3d; or none.", valueName: "time"))
        var expiresAfter: String?
        @Option(help: ArgumentHelp("The workspace it is in; a trigger's is default when not given.", valueName: "id"))
        var workspace: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let line = try await session.setSource(kind, id, to: try change(), in: workspace)
                try options.show(line) { SourceText.render([line], width: $0) }
            }
        }

        private func change() throws -> SourceChange {
            var change = SourceChange()
            change.ratePerMinute = try Self.setting(rate) { text in
                guard let number = Int(text) else {
                    throw OperationsError.invalid(field: "rate", message: "\"\(text)\" is neither a number nor none")
                }
                return number
            }
            change.quietHours = Self.setting(quiet) { $0 }
            change.expiresAfter = Self.setting(expiresAfter) { $0 }
            return change
        }

        private static func setting<Value>(
            _ text: String?, _ parse: (String) throws -> Value
        ) rethrows -> SettingChange<Value> {
            guard let text else { return .keep }
            return text == "none" ? .clear : .set(try parse(text))
        }
    }
}
