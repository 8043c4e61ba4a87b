import ArgumentParser
import SluiceConfig

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show or check the settings.",
        discussion: """
            EXAMPLES:
              sluice config show
              sluice config check --config /etc/sluice.env
            """,
        subcommands: [Show.self, Check.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every setting with its value, where that came from, and what it means.",
            discussion: """
                Passwords are shown as ***. A line that starts with * is not the default.

                EXAMPLES:
                  sluice config show
                  sluice config show --config /etc/sluice.env
                """)

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await ExitStatus.of {
                let (rows, problems) = Settings.inspect(try options.layers(), hostName: SettingsOptions.hostName)
                print(SettingsTable.text(rows))
                try ConfigCommand.report(problems)
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check all settings, and find SLUICE_ variables that do not exist.",
            discussion: """
                Exit status 0 when all is well, else 1.

                EXAMPLE:
                  sluice config check --config /etc/sluice.env
                """)

        @OptionGroup var options: SettingsOptions

        func run() async throws {
            try await ExitStatus.of {
                let (rows, problems) = Settings.inspect(try options.layers(), hostName: SettingsOptions.hostName)
                try ConfigCommand.report(problems)
                print("\(rows.count) settings are well")
            }
        }
    }

    private static func report(_ problems: [SettingsProblem]) throws {
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }
}
