import ArgumentParser
import FoundationEssentials
import SluiceCore
import SluiceOperations

extension FlowsCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a workspace's flows.")

        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 100
        @Option(help: ArgumentHelp("From the nextCursor of the page before on.", valueName: "cursor"))
        var after: String?
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let page = try await session.flows(in: workspace.id, after: after, most: limit)
                try options.show(page) { width in
                    FlowText.render(page.flows, width: width)
                        + (page.nextCursor.map { "there are more: --after \($0)\n" } ?? "")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a flow, as `save` takes it.")

        @Argument(help: "The flow's id or name.") var flow: String
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let flow = try await session.flow(flow, in: workspace.id)
                let drawn = try JSONText.pretty(["nodes": flow.nodes, "edges": flow.edges])
                try options.show(flow) { _ in drawn + "\n" }
            }
        }
    }

    struct Save: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a flow under a name, or draw one anew.",
            discussion: """
                The file is as `check` takes it. A flow that cannot be used is refused. Whoever is under way goes on by what the \
                flow was.

                EXAMPLES:
                  sluice flows save welcome.json --name Welcome
                  sluice flows save welcome.json --name Welcome --replace Welcome
                """)

        @OptionGroup var file: FlowFile
        @Option(help: "What it is called.") var name: String
        @Option(help: ArgumentHelp("The flow that it takes the place of, by id or name.", valueName: "flow"))
        var replace: String?
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            // Whatever is wrong with it, `check` says it better than the decoder.
            guard let drawn = try? JSONDecoder().decode(Drawn.self, from: Data(try file.text().utf8)) else {
                throw ValidationError("\(file.file) is not a JSON object with a list of nodes; try sluice flows check")
            }
            let request = FlowRequest(name: name, nodes: drawn.nodes, edges: drawn.edges)
            try await options.run { session in
                let flow = try await session.saveFlow(request, replacing: replace, in: workspace.id)
                try options.show(flow) { FlowText.render([flow], width: $0) }
            }
        }

        private struct Drawn: Decodable {
            var nodes: [JSONValue]
            var edges: [JSONValue]?
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a flow that nobody goes by any more.",
            discussion: """
                While a campaign or a run of a trigger with it is not over it is refused. What was sent of it stays in the ledger.

                EXAMPLES:
                  sluice flows show Welcome > welcome.json
                  sluice flows delete Welcome
                """)

        @Argument(help: "The flow's id or name.") var flow: String
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let flow = try await session.deleteFlow(flow, in: workspace.id)
                try options.show(flow) { FlowText.render([flow], width: $0) }
            }
        }
    }
}

/// A file that holds a flow.
struct FlowFile: ParsableArguments {
    @Argument(help: "A file, or - for standard input.", completion: .file(extensions: ["json"]))
    var file: String

    func text() throws -> String {
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
