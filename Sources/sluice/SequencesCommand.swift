import ArgumentParser
import SluiceOperations

struct SequencesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sequences",
        abstract: "List, pause, resume, limit and retime sequences, and say how far people came.",
        discussion: """
            A sequence is given by its name or its id.

            EXAMPLES:
              sluice sequences list
              sluice sequences funnel "Welcome"
              sluice sequences pause "Welcome"
              sluice sequences limit "Welcome" 100
              sluice sequences retime "Welcome" --dry-run
            """,
        subcommands: [List.self, Funnel.self, Pause.self, Resume.self, Limit.self, Retime.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List sequences with their contacts by status.")

        @Option(help: ArgumentHelp("Only sequences of this workspace.", valueName: "id"))
        var workspace: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let sequences = try await session.listSequences(workspace: workspace)
                try options.show(sequences) { SequenceText.render(sequences, width: $0) }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Hold a sequence's contacts where they are.")

        @Argument(help: "Its name or id.")
        var sequence: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.change(sequence, told: "paused") { try await $0.pauseSequence(sequence) }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a sequence go on.")

        @Argument(help: "Its name or id.")
        var sequence: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.change(sequence, told: "resumed") { try await $0.resumeSequence(sequence) }
        }
    }

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start small: let so many enter a sequence. Whoever comes then waits until it is raised.",
            discussion: """
                EXAMPLES:
                  sluice sequences limit "Welcome" 100
                  sluice sequences limit "Welcome" none
                """)

        @Argument(help: "Its name or id.")
        var sequence: String
        @Argument(
            help: ArgumentHelp("How many may enter in all, or none for no limit.", valueName: "n"),
            transform: { text in
                if text == "none" { return Int?.none }
                guard let number = Int(text), number >= 0 else {
                    throw ValidationError("\"\(text)\" is neither a number from 0 on nor none")
                }
                return number
            })
        var limit: Int?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.change(sequence, told: "limited") { try await $0.limitSequence(sequence, to: limit) }
        }
    }

    struct Retime: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let waiting contacts wait by a sequence's delays and times of day as they are now.",
            discussion: """
                A changed delay holds for messages sent from then on. This applies it to contacts that wait already: \
                each is due when its last message was sent, plus the delay of that step, at the next step's time of \
                day. Contacts at the step they entered by and contacts that wait for a retry keep their time. A time \
                that was set by hand is replaced. Can be repeated, and stopped at any time.

                EXAMPLES:
                  sluice sequences retime "Welcome" --dry-run
                  sluice sequences retime "Welcome"
                  sluice sequences retime 5f0c8a52-6c1e-4f63-9d57-0e6b1a2c3d4e --json
                """)

        @Argument(help: "Its name or id.")
        var sequence: String
        @Flag(help: "Only say what would be changed.")
        var dryRun = false
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let report = try await session.retimeSequence(sequence, isDryRun: dryRun) { changed in
                    Terminal.showProgress("changed \(changed) …")
                }
                Terminal.showProgress("")
                try options.show(report) { _ in SequenceText.render(report, of: sequence) }
            }
        }
    }
}
