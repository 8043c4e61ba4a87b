import ArgumentParser
import SluiceOperations

struct MessagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages", abstract: "Send and list messages; show and cancel scheduled ones.",
        discussion: """
            EXAMPLES:
              sluice messages send +491512345678 "Good morning"
              sluice messages list --workspace berlin
              sluice messages list --status failed
              sluice messages list --name 'trigger_1_*'
              sluice messages cancel job_0f3c…
            """,
        subcommands: [Send.self, List.self, Show.self, Cancel.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a workspace's scheduled messages, the earliest first, or messages by name.")

        @Option(
            help: ArgumentHelp(
                """
                Messages of triggers, campaigns and events with such a name: trigger_RUN_page_PAGE_user_USER_msg_NUMBER, \
                run_ alike, event-message-ID; * stands for anything.
                """, valueName: "pattern"))
        var name: String?
        @Option(help: "How far they are.")
        var status = JobStatus.scheduled
        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 100
        @Option(help: ArgumentHelp("From the nextCursor of the page before on.", valueName: "cursor"))
        var after: String?
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                if let name {
                    let page = try await session.messages(
                        named: try MessagePattern(name), in: workspace.id, after: after, most: limit)
                    return try options.show(page) { NamedMessageText.render(page, width: $0) }
                }
                let page = try await session.jobs(
                    status, in: workspace.id, after: after, most: limit)
                try options.show(page) { width in
                    ScheduledText.render(page.jobs, width: width)
                        + (page.nextCursor.map { "there are more: --after \($0)\n" } ?? "")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how far a message is.")

        @Argument(help: "The job's id.") var id: String
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let job = try await session.job(id, in: workspace.id)
                try options.show(job) { ScheduledText.render([job], width: $0) }
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel a message. What is on its way is not called back.")

        @Argument(help: "The job's id.") var id: String
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let job = try await session.cancelJob(id, in: workspace.id)
                try options.show(job) { ScheduledText.render([job], width: $0) }
            }
        }
    }
}

/// Of what belongs to one workspace.
struct WorkspaceOption: ParsableArguments {
    @Option(name: .customLong("workspace"), help: ArgumentHelp("The workspace.", valueName: "id"))
    var id = "default"
}
