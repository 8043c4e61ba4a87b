import ArgumentParser
import SluiceOperations

struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Remove a person: shows what there is, and asks.",
        discussion: """
            Nothing more is sent to the person. What is about them alone is deleted; what caps and counts hang on loses \
            their number, their name and what was written. The number stays on the suppression list, so that nobody \
            enters them again. Who is known only by a page's id is named by that and the page; no list keeps ids. Takes the rights of the database's owner. A run that was cut short goes on when it is \
            run again. Exit status 1 when it was not done.

            EXAMPLES:
              sluice erase +62811000001 --dry-run
              sluice erase +62811000001
              sluice erase +62811000001 --workspace berlin --yes --json
              sluice erase 6512345678901234 --page 100
            """)

    @Argument(help: "The person's number; with --page, what the page knows them by.")
    var person: String
    @Option(help: ArgumentHelp("Whose id it is, when it is no number.", valueName: "page"))
    var page: Int64?
    @Option(help: ArgumentHelp("Only in this workspace.", valueName: "id"))
    var workspace: String?
    @Flag(help: "Count what there is, and change nothing.")
    var dryRun = false
    @Flag(help: "Do it without a question.")
    var yes = false
    @OptionGroup var options: OperatorOptions

    func validate() throws {
        if options.json, !yes, !dryRun { throw ValidationError("--json asks no question: add --yes or --dry-run") }
        if page != nil, workspace != nil { throw ValidationError("pages are no workspace's: leave --workspace out") }
    }

    func run() async throws {
        try await options.run { session in
            if dryRun || !yes {
                let found = try await erase(session, isDryRun: true)
                if dryRun { return try show(found) }
                Terminal.write(ErasureText.render(found, width: Terminal.size.columns) + "erase them? [y/N] ")
                guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
                    Terminal.write("nothing was erased\n")
                    throw ExitStatus.failed
                }
            }
            try show(try await erase(session, isDryRun: false))
        }
    }

    private func erase(_ session: OperatorSession, isDryRun: Bool) async throws -> ErasureReport {
        defer { Terminal.showProgress("") }
        let identity =
            try page.map { page throws(OperationsError) in try ErasedIdentity(page: page, id: person) }
            ?? ErasedIdentity(phone: person)
        return try await session.erase(identity, in: workspace, isDryRun: isDryRun) { table in
            Terminal.showProgress("\(table) …")
        }
    }

    private func show(_ report: ErasureReport) throws {
        try options.show(report) { ErasureText.render(report, width: $0) }
    }
}
