import ArgumentParser
import FoundationEssentials
import SluiceOperations

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Create, list and revoke keys of the HTTP API.",
        discussion: """
            Without any key the API listens on loopback addresses only and lets everybody in. From the first one on every request needs one.

            EXAMPLES:
              sluice keys create shop --workspace berlin --may read --may send
              sluice keys create dashboard --all-workspaces --may read
              sluice keys revoke 0b6a3f60-6f0e-4f0e-9d3c-5a3e8b1c2d4f
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key and print it, this once.",
            discussion: "Only a hash of it is kept: whoever loses it gets a new one.")

        @Argument(help: "What it is called, to know it again.")
        var name: String
        @Option(help: ArgumentHelp("The only workspace that it sees.", valueName: "id"))
        var workspace = "default"
        @Flag(help: "It sees all workspaces, and the cluster's status.")
        var allWorkspaces = false
        @Option(help: "What its holder may do; admin is all of them. May be repeated.")
        var may: [APIKeyScope] = [.read]
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let key = try await session.createKey(
                    name: name, workspace: allWorkspaces ? "*" : workspace, scopes: Set(may))
                try options.show(key) { _ in "\(key.secret)\n" }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys, the newest first.")

        @Flag(help: "Also those that were revoked.")
        var all = false
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let keys = try await session.listKeys(includingRevoked: all)
                try options.show(keys) { KeyText.render(keys, width: $0) }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let nobody in with a key, from the next request on.")

        @Argument(help: ArgumentHelp("The key's id, as `list` shows it.", valueName: "id"))
        var id: String
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard UUID(uuidString: id) != nil else { throw ValidationError("\"\(id)\" is no id; `sluice keys list`") }
        }

        func run() async throws {
            try await options.run { session in
                guard let key = UUID(uuidString: id) else { return }
                let isNew = try await session.revokeKey(key)
                try options.show(["changed": isNew]) { _ in isNew ? "revoked \(id)\n" : "\(id) was revoked already\n" }
            }
        }
    }
}
