import ArgumentParser
import SluiceOperations

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Plan, schedule, list, move and clear the messages of events.",
        discussion: """
            EXAMPLES:
              sluice events plan 7
              sluice events upcoming --hours 48
              sluice events reschedule 231 2026-06-01T09:00:00
              sluice events rehearse 7 --speed 3600
            """,
        subcommands: [
            List.self, Upcoming.self, Show.self, Stats.self, Preview.self, Plan.self, Schedule.self, Reschedule.self,
            Cancel.self, Clear.self, Rehearse.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List messages, the earliest first.")

        @Option(help: ArgumentHelp("Only messages of this event.", valueName: "id")) var event: String?
        @Option(help: ArgumentHelp("Only messages to this contractor.", valueName: "id")) var contractor: String?
        @Option(help: "Only messages that are scheduled, sent, failed or cancelled.") var status: String?
        @OptionGroup var page: EventPageOptions
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            var filter = page.filter
            filter.event = event.map { EventKey($0) }
            filter.contractor = contractor.map { EventKey($0) }
            filter.status = status
            try await options.list(filter, in: page.workspace)
        }
    }

    struct Upcoming: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what is due in the next hours.")

        @Option(help: "How many hours.") var hours = 24
        @OptionGroup var page: EventPageOptions
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (1...EventMessageFilter.mostHours).contains(hours) else {
                throw ValidationError("--hours must be from 1 to \(EventMessageFilter.mostHours)")
            }
        }

        func run() async throws {
            var filter = page.filter
            filter.status = "scheduled"
            filter.withinHours = hours
            try await options.list(filter, in: page.workspace)
        }
    }

    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count messages by how they stand.")

        @Option(help: ArgumentHelp("Only messages of this event.", valueName: "id")) var event: String?
        @OptionGroup var place: EventWorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let stats = try await session.eventStats(of: event.map { EventKey($0) }, in: place.workspace)
                try options.show(stats) { EventText.render(stats, width: $0) }
            }
        }
    }

    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what a message would say, to whom and when.")

        @OptionGroup var message: EventMessageOptions
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let preview = try await session.preview(message.request, in: message.place.workspace)
                try options.show(preview) { _ in EventText.render(preview) }
            }
        }
    }

    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give contractors all messages that an event calls for; repeating it adds nothing.")

        @Argument(help: "The event's id.") var event: String
        @Option(
            help: ArgumentHelp(
                "Only this contractor; may be given again. Otherwise all who have a message or a session of it.",
                valueName: "id"))
        var contractor: [String] = []
        @OptionGroup var place: EventWorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let plan = try await session.planEvent(
                    EventKey(event), contractors: contractor.isEmpty ? nil : contractor.map { EventKey($0) },
                    in: place.workspace)
                try options.show(plan) { _ in EventText.render(plan) }
            }
        }
    }

    struct Reschedule: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a message another time, or schedule a failed or cancelled one again.")

        @Argument(help: "The message's id.") var message: String
        @Argument(help: "ISO 8601; without an offset in the event's zone. Otherwise when its type says.")
        var time: String?
        @OptionGroup var place: EventWorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.set {
                try await $0.rescheduleEventMessage(EventKey(message), to: time, in: place.workspace)
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Cancel a message.")

        @Argument(help: "The message's id.") var message: String
        @OptionGroup var place: EventWorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.set { try await $0.cancelEventMessage(EventKey(message), in: place.workspace) }
        }
    }

    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cancel all that waits of an event, or of one contractor of it.")

        @Argument(help: "The event's id.") var event: String
        @Option(help: ArgumentHelp("Only messages to this contractor.", valueName: "id")) var contractor: String?
        @OptionGroup var place: EventWorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.run { session in
                let clearing = try await session.clearEvent(
                    EventKey(event), contractor: contractor.map { EventKey($0) }, in: place.workspace)
                try options.show(clearing) { _ in EventText.render(clearing) }
            }
        }
    }
}

struct EventWorkspaceOption: ParsableArguments {
    @Option(help: ArgumentHelp("The workspace they are in.", valueName: "id")) var workspace = "default"
}

struct EventPageOptions: ParsableArguments {
    @OptionGroup var place: EventWorkspaceOption
    @Option(help: "At most so many.", transform: rowLimit) var limit = 100
    @Option(help: ArgumentHelp("Go on behind the page that ended so.", valueName: "cursor")) var after: String?

    var workspace: String { place.workspace }

    var filter: EventMessageFilter {
        var filter = EventMessageFilter()
        filter.limit = limit
        filter.cursor = after
        return filter
    }
}

extension OperatorOptions {
    fileprivate func list(_ filter: EventMessageFilter, in workspace: String) async throws {
        try await run { session in
            let page = try await session.eventMessages(filter, in: workspace)
            try show(page) { EventText.render(page, width: $0) }
        }
    }

    /// Shows how a message stands, after a change when there is one.
    func set(_ change: (OperatorSession) async throws -> EventMessageLine) async throws {
        try await run { session in
            let message = try await change(session)
            try show(message) { EventText.render(EventMessagePage(messages: [message]), width: $0) }
        }
    }
}
