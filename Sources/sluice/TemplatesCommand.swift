import ArgumentParser
import SluiceOperations

struct TemplatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates", abstract: "List templates, and try one out.",
        discussion: """
            EXAMPLES:
              sluice templates list --workspace berlin
              sluice templates preview code --value name=Ada --value code=1234
              sluice templates test code --value name=Ada --value code=1234 --to +491512345678
            """,
        subcommands: [List.self, Preview.self, Test.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a workspace's templates, by name.")

        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 100
        @Option(help: ArgumentHelp("Those after this name.", valueName: "name"))
        var after = ""
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let templates = try await session.templates(
                    in: workspace.id, after: after, most: limit)
                try options.show(templates) { TemplateText.render(templates, width: $0) }
            }
        }
    }

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a template says for one person. Nothing is sent.")

        @OptionGroup var template: FilledTemplate
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let request = PreviewRequest(template: template.name, values: try template.filling.values())
            try await options.run { session in
                let text = try await session.preview(request, in: workspace.id)
                try options.show(text) { _ in TemplateText.render(text) }
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send what a template says to one number, at once.",
            discussion: "It goes before what is scheduled, is marked as a test, and obeys opt-outs and caps.")

        @OptionGroup var template: FilledTemplate
        @Option(help: ArgumentHelp("The number to send it to.", valueName: "phone")) var to: String
        @Option(help: ArgumentHelp("The workspace's number that sends it.", valueName: "phone")) var from: String?
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            let values = try template.filling.values()
            try await options.run { session in
                let job = try await session.testTemplate(
                    template.name, values: values, to: to, fromNumber: from, in: workspace.id)
                try options.show(job) { ScheduledText.render([job], width: $0) }
            }
        }
    }
}

/// A template and what fills it.
struct FilledTemplate: ParsableArguments {
    @Argument(help: "The template's name.") var name: String
    @OptionGroup var filling: FillingOptions
}

/// What fills a template.
struct FillingOptions: ParsableArguments {
    @Option(name: .customLong("value"), help: ArgumentHelp("A placeholder's value.", valueName: "name=text"))
    var given: [String] = []

    func validate() throws { _ = try values() }

    func values() throws -> [String: String] {
        try given.reduce(into: [:]) { values, value in
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--value \(value): write it as name=text")
            }
            values[String(parts[0])] = String(parts[1])
        }
    }
}
