import ArgumentParser
import Foundation
import PostgresDriver
import SluiceConfig
import SluiceOperations

struct LeadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leads", abstract: "Import and export leads as CSV.",
        discussion: """
            The first line names the columns: phone, and if you like name, email, niche, status, time_zone and trigger.

            EXAMPLES:
              sluice leads import people.csv --dry-run
              sluice leads import people.csv --workspace berlin
              sluice leads export > people.csv
            """,
        subcommands: [Import.self, Export.self])

    struct Import: AsyncParsableCommand {
        static let configuration = ListImportOptions.configuration("leads")
        @OptionGroup var file: ListImportOptions

        func run() async throws { try await file.run(.leads) }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write a workspace's leads as CSV.")
        @OptionGroup var file: ListExportOptions

        func run() async throws { try await file.run(.leads) }
    }
}

struct SubscribersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribers", abstract: "Import and export the pages' subscribers as CSV.",
        discussion: """
            The first line names the columns: page_id, user_id, and if you like user_name, is_active, can_reply and window_expires_at.

            EXAMPLES:
              sluice subscribers import page-1.csv --dry-run
              sluice subscribers export > subscribers.csv
            """,
        subcommands: [Import.self, Export.self])

    struct Import: AsyncParsableCommand {
        static let configuration = ListImportOptions.configuration("subscribers")
        @OptionGroup var file: ListImportOptions

        func run() async throws { try await file.run(.subscribers) }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write all subscribers as CSV.")
        @OptionGroup var file: ListExportOptions

        func run() async throws { try await file.run(.subscribers) }
    }
}

struct ListImportOptions: ParsableArguments {
    static func configuration(_ what: String) -> CommandConfiguration {
        CommandConfiguration(
            abstract: "Add the \(what) of a CSV file that are not there yet.",
            discussion: """
                CSV as RFC 4180 has it, in UTF-8. What is wrong, there already or suppressed is counted and left out. People are written 1,000 at a \
                time: a run that is cut short leaves whole thousands, and the same file once more adds the rest. Exit status 1 when something was \
                invalid.
                """)
    }

    @Argument(help: "A file, or - for standard input.", completion: .file(extensions: ["csv"]))
    var file: String
    @Flag(help: "Count what is valid, invalid, duplicate and suppressed, and write nothing.")
    var dryRun = false
    @Option(help: ArgumentHelp("Where they belong, and whose suppressions count.", valueName: "id"))
    var workspace = "default"
    @OptionGroup var options: OperatorOptions

    func run(_ list: PeopleList) async throws {
        try await options.run { session in
            let input = try open()
            let report = try await session.importList(list, in: workspace, isDryRun: dryRun) {
                try input.read(upToCount: 65_536).flatMap { $0.isEmpty ? nil : Array($0) }
            } progress: { report in
                Terminal.showProgress("\(report.records) \(list.rawValue) read …")
            }
            Terminal.showProgress("")
            try options.show(report) { _ in ListText.render(report) }
            if report.invalid > 0 { throw ExitStatus.failed }
        }
    }

    private func open() throws -> FileHandle {
        if file == "-" { return .standardInput }
        guard let handle = FileHandle(forReadingAtPath: file) else { throw ValidationError("\(file) cannot be read") }
        return handle
    }
}

struct ListExportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Whose.", valueName: "id"))
    var workspace = "default"
    @OptionGroup var settings: SettingsOptions

    func run(_ list: PeopleList) async throws {
        try await ExitStatus.of {
            let settings = try settings.settings()
            try await PostgresConnection.withConnection(try OperatorOptions.database(settings)) { connection in
                let session = try OperatorOptions.session(settings, connection, nats: nil)
                try await session.exportList(list, in: workspace).write { Terminal.write($0) }
            }
        }
    }
}
