import ArgumentParser
import SluiceOperations

struct SequencesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sequences", abstract: "List, pause and resume sequences.",
        subcommands: [List.self, Pause.self, Resume.self])

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
            try await options.run { session in
                try await session.pauseSequence(sequence)
                try options.show(["paused": sequence]) { _ in "paused \(sequence)\n" }
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a sequence go on.")

        @Argument(help: "Its name or id.")
        var sequence: String
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                try await session.resumeSequence(sequence)
                try options.show(["resumed": sequence]) { _ in "resumed \(sequence)\n" }
            }
        }
    }
}
