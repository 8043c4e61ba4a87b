import ArgumentParser
import FoundationEssentials
import PostgresDriver
import SluiceConfig
import SluiceOperations

struct FlowsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows", abstract: "Check flows.",
        discussion: """
            EXAMPLE:
              sluice flows check welcome.json
            """,
        subcommands: [Check.self], aliases: ["flow"])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is wrong with a flow, before it is saved.",
            discussion: """
                The file holds {"nodes": [...], "edges": [...]}, as the table flows does. Exit status 1 when the flow cannot be used. \
                With a database its conditions are checked as well.
                """)

        @Argument(help: "A file, or - for standard input.", completion: .file(extensions: ["json"]))
        var file: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await ExitStatus.of {
                let document = try read()
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

        private func read() throws -> String {
            guard file != "-" else {
                var text = ""
                while let line = readLine(strippingNewline: false) { text += line }
                return text
            }
            guard let data = FileManager.default.contents(atPath: file) else {
                throw ValidationError("\(file) cannot be read")
            }
            return String(decoding: data, as: UTF8.self)
        }
    }
}
