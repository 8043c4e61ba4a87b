import ArgumentParser
import SluiceOperations

struct TemplatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates", abstract: "List templates, and try one out.",
        discussion: """
            EXAMPLES:
              sluice templates list --workspace berlin
              sluice templates preview code --value name=Ada --value code=1234
            """,
        subcommands: [List.self, Preview.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a workspace's templates, by name.")

        @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
        var limit = 100
        @Option(help: ArgumentHelp("Those after this name.", valueName: "name"))
        var after = ""
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let templates = try await session.templates(
                    in: workspace.id, after: after, most: min(max(limit, 1), 10_000))
                try options.show(templates) { TemplateText.render(templates, width: $0) }
            }
        }
    }

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a template says for one person. Nothing is sent.")

        @Argument(help: "The template's name.") var name: String
        @Option(name: .customLong("value"), help: ArgumentHelp("A placeholder's value.", valueName: "name=text"))
        var values: [String] = []
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func validate() throws { _ = try filling() }

        func run() async throws {
            let request = PreviewRequest(template: name, values: try filling())
            try await options.run { session in
                let text = try await session.preview(request, in: workspace.id)
                try options.show(text) { _ in TemplateText.render(text) }
            }
        }

        private func filling() throws -> [String: String] {
            try values.reduce(into: [:]) { filling, value in
                let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, !parts[0].isEmpty else {
                    throw ValidationError("--value \(value): write it as name=text")
                }
                filling[String(parts[0])] = String(parts[1])
            }
        }
    }
}
