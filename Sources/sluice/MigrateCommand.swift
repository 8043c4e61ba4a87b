import ArgumentParser
import PostgresDriver
import SluiceConfig
import SluiceStore

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Create the schema, or bring it up to date.",
        discussion: """
            Safe to run at any time and on several machines at once; a database that is up to date stays as it is. A database newer than this \
            build is refused.

            EXAMPLE:
              sluice migrate --database-url postgresql://sluice@db.example.org/sluice
            """)

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        try await ExitStatus.of {
            let settings = try options.settings()
            let configuration = try settings.postgresConfiguration(
                name: "sluice migrate", session: Migrator.sessionSettings)
            let report = try await PostgresConnection.withConnection(configuration) { connection in
                try await Migrator(connection: connection).migrate { print("to version \($0) …") }
            }
            print(
                report.from == report.to
                    ? "the schema has version \(report.to): nothing to do"
                    : "the schema went from version \(report.from) to \(report.to)")
        }
    }
}
