import ArgumentParser
import PostgresDriver
import SluiceConfig
import SluiceOperations

struct FlowsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows", abstract: "Check and keep flows, try them out, and say how far people came.",
        discussion: """
            EXAMPLES:
              sluice flows check welcome.json
              sluice flows save welcome.json --name Welcome
              sluice flows test Welcome --to +491512345678
              sluice flows funnel Welcome
              sluice flows delete Welcome
            """,
        subcommands: [Check.self, Save.self, List.self, Show.self, Delete.self, Test.self, Funnel.self],
        aliases: ["flow"])

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a flow to one number, before any trigger or campaign does.",
            discussion: "It goes as a trigger does, counts in no statistics, and obeys opt-outs and caps.")

        @Argument(help: "The flow's id or name.") var flow: String
        @Option(help: ArgumentHelp("The number to send it to.", valueName: "phone")) var to: String
        @Option(help: "The device that sends, by id, name or number; otherwise any of the workspace.")
        var device: String?
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let test = try await session.testFlow(flow, to: to, device: device, in: workspace.id)
                try options.show(test) { _ in "trigger run \(test.runId) to \(test.to); sluice history \(test.to)\n" }
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is wrong with a flow, before it is saved.",
            discussion: """
                The file holds {"nodes": [...], "edges": [...]}, as the table flows does. Exit status 1 when the flow cannot be used. \
                With a database its conditions are checked as well.
                """)

        @OptionGroup var file: FlowFile
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await ExitStatus.of {
                let document = try file.text()
                let settings = try options.settings.settings()
                let check: FlowCheck
                if settings.databaseURL == nil {
                    check = try await FlowCheck.of(document, database: nil)
                } else {
                    check = try await PostgresConnection.withConnection(try OperatorOptions.database(settings)) {
                        try await FlowCheck.of(document, database: $0)
                    }
                }
                try options.show(check) { _ in check.text }
                if !check.isUsable { throw ExitStatus.failed }
            }
        }
    }
}
