import ArgumentParser
import SluiceOperations

struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks", abstract: "Tell your own programs what became of messages.",
        discussion: """
            EXAMPLES:
              sluice webhooks add https://shop.example.com/sluice --event message.delivered --event message.failed
              sluice webhooks list
              sluice webhooks deliveries whk_0f3c… --state failed
              sluice webhooks redeliver whk_0f3c… --failed
            """,
        subcommands: [Add.self, List.self, Deliveries.self, Redeliver.self, Enable.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an endpoint and print the secret that signs what it is told, this once.")

        @Argument(help: "Where to POST: an https:// address, or http:// within your own network.")
        var url: String
        @Option(name: .customLong("event"), help: "What it is told; may be repeated. Otherwise all.")
        var events: [WebhookEvent] = []
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let added = try await session.addWebhook(url, events: events, in: workspace.id)
                try options.show(added) { _ in "\(added.webhookId)\n\(added.secret)\n" }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a workspace's endpoints, and how they do.")

        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let webhooks = try await session.webhooks(in: workspace.id)
                try options.show(webhooks) { WebhookText.render(webhooks, width: $0) }
            }
        }
    }

    struct Deliveries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what an endpoint was told, and is to be, the newest first.")

        @OptionGroup var webhook: WebhookArgument
        @Option(help: "Only those that are pending, delivered or failed.")
        var state: String?
        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 100
        @Option(help: ArgumentHelp("From the nextCursor of the page before on.", valueName: "cursor"))
        var after: String?
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            if let state, !["pending", "delivered", "failed"].contains(state) {
                throw ValidationError("--state must be pending, delivered or failed")
            }
        }

        func run() async throws {
            try await options.run { session in
                let page = try await session.webhookDeliveries(
                    of: webhook.id, in: webhook.workspace.id, state: state, after: after,
                    most: limit)
                try options.show(page) { WebhookText.render(page, width: $0) }
            }
        }
    }

    struct Redeliver: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tell an endpoint again.")

        @OptionGroup var webhook: WebhookArgument
        @Option(help: ArgumentHelp("This event, whatever became of it.", valueName: "id"))
        var event: String?
        @Flag(help: "All that it did not take and that was given up.")
        var failed = false
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (event != nil) != failed else { throw ValidationError("give --event or --failed") }
        }

        func run() async throws {
            try await options.run { session in
                let count = try await session.redeliverWebhook(webhook.id, event: event, in: webhook.workspace.id)
                try options.show(["redelivered": count]) { _ in "\(count) to be told again\n" }
            }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch an endpoint on again; what waited for it is told too.")

        @OptionGroup var webhook: WebhookArgument
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let line = try await session.enableWebhook(webhook.id, in: webhook.workspace.id)
                try options.show(line) { WebhookText.render([line], width: $0) }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove an endpoint, and what it was told.")

        @OptionGroup var webhook: WebhookArgument
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.change(webhook.id, told: "removed") { session in
                try await session.removeWebhook(webhook.id, in: webhook.workspace.id)
            }
        }
    }
}

struct WebhookArgument: ParsableArguments {
    @Argument(help: "The webhook's id, as `list` shows it.") var id: String
    @OptionGroup var workspace: WorkspaceOption
}
