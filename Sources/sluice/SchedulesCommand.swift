import ArgumentParser
import SluiceOperations

struct SchedulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules", abstract: "Add, list, pause, resume and remove messages that recur.",
        discussion: """
            EXAMPLES:
              sluice schedules add '30 8 * * mon-fri' +491512345678 "Good morning"
              sluice schedules list --workspace berlin
              sluice schedules pause sch_0f3c…
            """,
        subcommands: [Add.self, List.self, Pause.self, Resume.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a workspace's schedules, by id.")

        @Option(help: ArgumentHelp("At most so many.", valueName: "n"), transform: rowLimit)
        var limit = 100
        @Option(help: ArgumentHelp("Those after this one.", valueName: "id"))
        var after: String?
        @OptionGroup var workspace: WorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let page = try await session.schedules(
                    in: workspace.id, after: after, most: limit)
                try options.show(page) { width in
                    ScheduledText.render(page.schedules, width: width)
                        + (page.nextCursor.map { "there are more: --after \($0)\n" } ?? "")
                }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make no more messages of it. Those that wait still go out.")

        @OptionGroup var schedule: ScheduleArgument

        func run() async throws { try await schedule.set { try await $0.pauseSchedule($1, in: $2) } }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let it go on with its next run.")

        @OptionGroup var schedule: ScheduleArgument

        func run() async throws { try await schedule.set { try await $0.resumeSchedule($1, in: $2) } }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove it. Messages of it that wait still go out.")

        @OptionGroup var schedule: ScheduleArgument

        func run() async throws { try await schedule.set { try await $0.removeSchedule($1, in: $2) } }
    }
}

/// One schedule that is changed.
struct ScheduleArgument: ParsableArguments {
    @Argument(help: "The schedule's id.") var id: String
    @OptionGroup var workspace: WorkspaceOption
    @OptionGroup var options: OperatorOptions

    /// Changes it and shows how it stands then.
    func set(
        _ change: (OperatorSession, _ id: String, _ workspace: String) async throws -> ScheduleAnswer
    ) async throws {
        try await options.run { session in
            let schedule = try await change(session, id, workspace.id)
            try options.show(schedule) { ScheduledText.render([schedule], width: $0) }
        }
    }
}
