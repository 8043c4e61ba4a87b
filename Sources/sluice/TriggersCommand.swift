import ArgumentParser
import SluiceOperations

struct TriggersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "triggers", abstract: "Send a flow to one person, and see what became of it.",
        discussion: """
            A run of a trigger is given by its id in trigger_runs. `sluice messages list --name 'trigger_17_*'` lists its \
            messages, `sluice sources set trigger` holds all runs of a trigger back.

            EXAMPLES:
              sluice triggers start --flow welcome --to +491512345678
              sluice triggers start --flow welcome --to 7263940112 --page 100 --trigger 7
              sluice triggers show 17
              sluice triggers cancel 17
            """,
        subcommands: [Start.self, Show.self, Cancel.self])

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start a run: its first message goes out at once, before what campaigns send.")

        @Option(help: ArgumentHelp("The flow's name or id.", valueName: "flow"))
        var flow: String
        @Option(help: "A phone number, or what the page's device knows people by.")
        var to: String
        @Option(help: ArgumentHelp("The page that it is sent from; otherwise any device.", valueName: "id"))
        var page: Int64?
        @Option(help: ArgumentHelp("The trigger whose settings and counts it is under.", valueName: "id"))
        var trigger: Int64?
        @Option(help: ArgumentHelp("Lower goes first; 1 when not given.", valueName: "n"))
        var priority: Int?
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            var request = TriggerRunRequest(flowId: flow, recipient: to)
            (request.pageId, request.triggerId, request.priority) = (page, trigger, priority)
            try await options.run { session in
                let run = try await session.startTrigger(request, in: workspace.id)
                try options.show(run) { _ in "trigger run \(run.id); sluice triggers show \(run.id)\n" }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how far a run is, and what became of its attempts.")

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let stats = try await session.triggerRunStats(id)
                try options.show(stats) { _ in TriggerText.render(stats) }
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a run for good. What is on its way is not called back.")

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.change("\(id)", told: "cancelled") { session in
                _ = try await session.cancelTrigger(id)
            }
        }
    }
}
