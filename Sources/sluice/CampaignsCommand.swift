import ArgumentParser
import SluiceOperations

struct CampaignsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "campaigns", abstract: "Start, list, show, foretell, pause, resume and cancel campaigns.",
        discussion: """
            A campaign is given by the id of its run in message_runs.

            EXAMPLES:
              sluice campaigns start --flow welcome --pages 100,101 --dry-run
              sluice campaigns start --flow welcome --pages 100,101
              sluice campaigns list
              sluice campaigns forecast 17
              sluice campaigns funnel 17
              sluice campaigns pause 17
            """,
        subcommands: [
            Start.self, List.self, Show.self, Forecast.self, Funnel.self, Pause.self, Resume.self, Cancel.self,
        ])

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a flow to all active subscribers of pages: shows what that means, and asks.",
            discussion: """
                Shows how many people it reaches and leaves out, what it costs in cap units, when the caps as they stand \
                let the last message go, and which device is done last.

                EXAMPLES:
                  sluice campaigns start --flow welcome --pages 100,101 --dry-run
                  sluice campaigns start --flow welcome --pages 100 --at 2026-03-29T09:00:00+02:00 --yes
                """)

        @Option(help: ArgumentHelp("The flow's name or id.", valueName: "flow"))
        var flow: String
        @Option(help: ArgumentHelp("Its pages.", valueName: "id,id"))
        var pages: String
        @Option(help: ArgumentHelp("Not before then, with an offset; at once when not given.", valueName: "time"))
        var at: String?
        @Option(help: ArgumentHelp("Lower goes first; 100 when not given.", valueName: "n"))
        var priority: Int?
        @Flag(help: "Only show what it would be.")
        var dryRun = false
        @Flag(help: "Start it without a question.")
        var yes = false
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            if options.json, !yes, !dryRun { throw ValidationError("--json asks no question: add --yes or --dry-run") }
            _ = try request()
        }

        func run() async throws {
            try await options.run { session in
                let request = try request()
                if !yes || dryRun {
                    let forecast = try await session.forecastCampaign(request, in: workspace.id)
                    if dryRun { return try options.show(forecast) { _ in CampaignText.render(forecast) } }
                    Terminal.write(CampaignText.render(forecast) + "start it? [y/N] ")
                    guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
                        Terminal.write("not started\n")
                        throw ExitStatus.failed
                    }
                }
                let campaign = try await session.startCampaign(request, in: workspace.id)
                try options.show(campaign) { CampaignText.render([campaign], width: $0) }
            }
        }

        private func request() throws -> CampaignRequest {
            let ids = pages.split(separator: ",").map { Int64($0) }
            guard !ids.isEmpty, !ids.contains(nil) else {
                throw ValidationError("--pages takes page ids, such as 100,101, and not \(pages)")
            }
            var request = CampaignRequest(flowId: flow, pageIds: ids.compactMap(\.self))
            request.startAt = at
            request.priority = priority
            return request
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List runs, the latest first.")

        @Option(help: ArgumentHelp("Only campaigns of this workspace.", valueName: "id"))
        var workspace: String?
        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 100
        @Option(help: ArgumentHelp("From the nextCursor of the page before on.", valueName: "cursor"))
        var after: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let page = try await session.campaigns(
                    in: workspace, after: after, most: limit)
                try options.show(page) { width in
                    CampaignText.render(page.campaigns, width: width)
                        + (page.nextCursor.map { "there are more: --after \($0)\n" } ?? "")
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how far a campaign is.")

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await options.set { try await $0.campaign(id) } }
    }

    struct Forecast: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what is left of a campaign, when the caps let its last message go, and by which device.",
            discussion: """
                Reads everybody who waits: a few seconds for a million. What others enter later is not foreseen, nor are \
                quiet hours, pauses and people who wait for a decision: the end is no earlier than it says.

                EXAMPLES:
                  sluice campaigns forecast 17
                """)

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let forecast = try await session.forecastCampaign(id)
                try options.show(forecast) { _ in CampaignText.render(forecast) }
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
    /// Shows how a campaign stands, after a change when there is one.
    fileprivate func set(_ change: (OperatorSession) async throws -> CampaignLine) async throws {
        try await run { session in
            let campaign = try await change(session)
            try show(campaign) { CampaignText.render([campaign], width: $0) }
        }
    }
}
