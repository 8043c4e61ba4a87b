import ArgumentParser
import SluiceOperations

extension SequencesCommand {
    struct Funnel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how far people came, step by step.",
            discussion: """
                Counts its contacts and what the send ledger has of it, when it is asked: a few seconds for a million.

                EXAMPLES:
                  sluice sequences funnel "Welcome"
                """)

        @Argument(help: "Its name or id.")
        var sequence: String
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await options.showFunnel { try await $0.funnel(ofSequence: sequence) } }
    }
}

extension FlowsCommand {
    struct Funnel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how far people came, node by node: all campaigns and triggers of a flow.",
            discussion: """
                EXAMPLES:
                  sluice flows funnel welcome
                """)

        @Argument(help: "The flow's id or name.") var flow: String
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.showFunnel { try await $0.funnel(ofFlow: flow, in: workspace.id) }
        }
    }
}

extension CampaignsCommand {
    struct Funnel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how far people came, node by node of its flow.",
            discussion: """
                EXAMPLES:
                  sluice campaigns funnel 17
                """)

        @Argument(help: "The run's id.") var id: Int64
        @OptionGroup var options: OperatorOptions

        func run() async throws { try await options.showFunnel { try await $0.funnel(ofCampaign: id) } }
    }
}

extension OperatorOptions {
    fileprivate func showFunnel(_ funnel: (OperatorSession) async throws -> Funnel) async throws {
        try await run { session in
            let funnel = try await funnel(session)
            try show(funnel) { FunnelText.render(funnel, width: $0) }
        }
    }
}
