import ArgumentParser
import SluiceOperations

struct CampaignsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaigns", abstract: "List, pause, resume and cancel campaigns.",
        discussion: """
            A campaign is given by the id of its run in message_runs.

            EXAMPLES:
              sluice campaigns list
              sluice campaigns pause 17
            """,
        subcommands: [List.self, Pause.self, Resume.self, Cancel.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List runs, the latest first.")

        @Option(help: ArgumentHelp("Only campaigns of this workspace.", valueName: "id"))
        var workspace: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let campaigns = try await session.listCampaigns(workspace: workspace)
                try options.show(campaigns) { CampaignText.render(campaigns, width: $0) }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold a campaign: nothing of it starts within a second, and what is in flight ends.")

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await options.set { try await $0.pauseCampaign(id) } }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a campaign go on.")

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await options.set { try await $0.resumeCampaign(id) } }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a campaign for good: whoever has not been sent to will not be.")

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await options.set { try await $0.cancelCampaign(id) } }
    }
}

extension OperatorOptions {
    /// Changes a campaign and shows how it stands then.
    fileprivate func set(_ change: (OperatorSession) async throws -> CampaignLine) async throws {
        try await run { session in
            let campaign = try await change(session)
            try show(campaign) { CampaignText.render([campaign], width: $0) }
        }
    }
}
