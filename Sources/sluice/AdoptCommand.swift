import ArgumentParser
import PostgresDriver
import SluiceConfig
import SluiceOperations
import SluiceStore

struct AdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Take over a database that has leads, sequences and contacts already.",
        discussion: """
            With --check it only says what would change and what stands in the way, with the SQL that resolves it; exit \
            status 1 when something does. Without, it does what `sluice migrate` does.

            EXAMPLES:
              sluice adopt --check --database-url postgresql://sluice@db.example.org/crm
              sluice adopt --check --json
            """)

    @Flag(help: "Change nothing; say what would change.")
    var check = false
    @Flag(help: "Print JSON.")
    var json = false
    @OptionGroup var options: SettingsOptions

    func run() async throws {
        try await ExitStatus.of {
            let settings = try options.settings()
            let configuration = try settings.postgresConfiguration(
                name: "sluice adopt", session: Migrator.sessionSettings)
            try await PostgresConnection.withConnection(configuration) { connection in
                let report = try await Adoption.check(connection)
                print(json ? try JSONText.pretty(report) : report.text)
                if report.isBlocked { throw ExitStatus.failed }
                guard !check else { return }
                let done = try await Migrator(connection: connection).migrate()
                if !json { print("the schema went from version \(done.from) to \(done.to)") }
            }
        }
    }
}
