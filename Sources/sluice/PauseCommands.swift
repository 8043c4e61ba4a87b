import ArgumentParser
import SluiceOperations

/// `--all` or `--workspace`: exactly one.
struct PauseTarget: ParsableArguments {
    @Flag(help: "Everything.")
    var all = false

    @Option(help: ArgumentHelp("One workspace.", valueName: "id"))
    var workspace: String?

    func validate() throws {
        if all, workspace != nil { throw ValidationError("--all is everything: leave --workspace out, or --all") }
        if !all, workspace == nil { throw ValidationError("say what: --all, or --workspace and its id") }
    }

    var scope: PauseScope { workspace.map(PauseScope.workspace) ?? .everything }

    var words: String { workspace.map { "workspace \($0)" } ?? "everything" }
}

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Start nothing more, within a second; what is open ends.",
        discussion: """
            EXAMPLES:
              sluice pause --all --reason "wrong text in Welcome"
              sluice pause --workspace acme
            """)

    @OptionGroup var target: PauseTarget
    @Option(help: "For the audit log and for colleagues.")
    var reason: String?
    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.run { session in
            let isNew = try await session.pause(target.scope, reason: reason)
            try options.show(["paused": true, "changed": isNew]) { _ in
                isNew ? "paused \(target.words)\n" : "\(target.words) was paused already\n"
            }
        }
    }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Take a pause back.",
        discussion: """
            EXAMPLE:
              sluice resume --all
            """)

    @OptionGroup var target: PauseTarget
    @OptionGroup var options: OperatorOptions

    func run() async throws {
        try await options.run { session in
            let wasPaused = try await session.resume(target.scope)
            try options.show(["paused": false, "changed": wasPaused]) { _ in
                wasPaused ? "resumed \(target.words)\n" : "\(target.words) was not paused\n"
            }
        }
    }
}
