import ArgumentParser
import Glibc
import SluiceCore
import SluiceTelemetry

/// The one production binary. Commands parse arguments and call a library; nothing is decided here.
@main
struct Sluice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Sends scheduled and triggered messages through many devices without breaking a cap.",
        discussion: """
            Settings come from the command line, the environment and a --config file, in this order; `sluice config show` lists \
            them all.

            EXAMPLES:
              sluice dev                    a whole cluster here, in ./.sluice
              source .sluice/env            how to reach it from a shell
              sluice migrate                create or upgrade the schema
              sluice shard --node shard-1   run a shard node
              sluice --generate-completion-script bash

            EXIT STATUS:
              0   all is well
              1   it failed, or what was asked about is degraded
              2   PostgreSQL cannot be reached
              64  the command line is wrong
            """,
        version: SluiceCore.version,
        groupedSubcommands: [
            CommandGroup(
                name: "To start",
                subcommands: [DevCommand.self, MigrateCommand.self, AdoptCommand.self]),
            CommandGroup(
                name: "Nodes",
                subcommands: [CoordinatorCommand.self, ShardCommand.self, APICommand.self]),
            CommandGroup(
                name: "Questions",
                subcommands: [StatusCommand.self, ClusterCommand.self, WhyCommand.self, HistoryCommand.self]),
            CommandGroup(
                name: "Operations",
                subcommands: [
                    NodesCommand.self, DevicesCommand.self, GatewaysCommand.self, SequencesCommand.self,
                    FlowsCommand.self, CampaignsCommand.self, TriggersCommand.self, MessagesCommand.self,
                    SchedulesCommand.self, TemplatesCommand.self, EventsCommand.self, WebhooksCommand.self,
                    LeadsCommand.self, SubscribersCommand.self, EraseCommand.self,
                    PauseCommand.self, ResumeCommand.self, UnknownCommand.self, SuppressionsCommand.self,
                    SourcesCommand.self, KeysCommand.self, ClockCommand.self, RestoresCommand.self,
                ]),
            CommandGroup(name: "Settings", subcommands: [ConfigCommand.self]),
        ])
}

extension Sluice {
    /// Ends the process without its exit handlers: they take away what libraries hold while threads that are on their
    /// way out still use it. What has to be written is written by then.
    static func main() async {
        var status = ExitCode.success
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            status = exitCode(for: error)
            let words = fullMessage(for: error)
            if status == .success {
                // Help and version are what was asked for.
                Terminal.write(words + "\n")
            } else if !words.isEmpty {
                LogDestination.standardError.write(words + "\n")
            }
        }
        fflush(nil)
        _exit(status.rawValue)
    }
}
