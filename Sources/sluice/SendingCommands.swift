import ArgumentParser
import SluiceOperations

// What asks for messages from the command line, as the API does.

/// What a message says: a text, or a template that is filled.
struct MessageOptions: ParsableArguments {
    @Argument(help: "The number it goes to.") var to: String
    @Argument(help: "What it says; otherwise --template or --media.") var text: String?
    @Option(help: "The template that says it.") var template: String?
    @OptionGroup var filling: FillingOptions
    @Option(help: ArgumentHelp("A picture, video or document to go with it.", valueName: "url")) var media: String?
    @Option(help: ArgumentHelp("The workspace's number that sends it.", valueName: "phone")) var from: String?
    @OptionGroup var workspace: WorkspaceOption

    var values: [String: String]? {
        get throws {
            let values = try filling.values()
            return values.isEmpty ? nil : values
        }
    }
}

extension MessagesCommand {
    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a message to one number, at once or later.",
            discussion: """
                EXAMPLES:
                  sluice messages send +491512345678 "Good morning" --workspace berlin
                  sluice messages send +491512345678 "Still there?" --minutes 30
                  sluice messages send +491512345678 --template code --value code=1234 --at 2026-03-29T09:00:00+02:00
                """)

        @OptionGroup var message: MessageOptions
        @Option(parsing: .unconditional, help: ArgumentHelp("So many minutes from now.", valueName: "n"))
        var minutes: Double?
        @Option(help: ArgumentHelp("At a time, with an offset.", valueName: "time")) var at: String?
        @Option(help: ArgumentHelp("Not any more from then on, with an offset.", valueName: "time"))
        var expires: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            var request = JobRequest(to: message.to)
            (request.body, request.template, request.values) = (message.text, message.template, try message.values)
            (request.mediaUrl, request.fromNumber) = (message.media, message.from)
            (request.delayMinutes, request.scheduledTime, request.expiresAt) = (minutes, at, expires)
            try await options.run { [request] session in
                let job = try await session.schedule(request, .asGiven, in: message.workspace.id)
                try options.show(job) { ScheduledText.render([job], width: $0) }
            }
        }
    }
}

extension SchedulesCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a message each time a pattern comes round.",
            discussion: """
                EXAMPLE:
                  sluice schedules add '30 8 * * mon-fri' +491512345678 "Good morning" --zone Europe/Berlin
                """)

        @Argument(help: "Minute, hour, day of month, month and day of week, quoted.") var cron: String
        @OptionGroup var message: MessageOptions
        @Option(help: "Where the pattern holds; the workspace's zone when not given.") var zone: String?
        @Option(help: "What becomes of runs that were due while nobody led: skip, or once.") var missed: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            var request = ScheduleRequest(to: message.to, cron: cron)
            (request.body, request.template, request.values) = (message.text, message.template, try message.values)
            (request.mediaUrl, request.fromNumber) = (message.media, message.from)
            (request.timeZone, request.missed) = (zone, missed)
            try await options.run { [request] session in
                let schedule = try await session.addSchedule(request, in: message.workspace.id)
                try options.show(schedule) { ScheduledText.render([schedule], width: $0) }
            }
        }
    }
}

extension EventsCommand {
    struct Schedule: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Schedule one message; a pending one of the same type is replaced.")

        @OptionGroup var message: EventMessageOptions
        @Option(help: "ISO 8601; without an offset in the event's zone. Otherwise when its type says.")
        var at: String?
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            var request = message.request
            request.scheduledTime = at
            try await options.set { [request] in
                try await $0.schedule([request], in: message.place.workspace)[0]
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show how far a message is.")

        @Argument(help: "The message's id.") var message: String
        @OptionGroup var place: EventWorkspaceOption
        @OptionGroup var options: OperatorOptions

        func run() async throws {
            try await options.set { try await $0.eventMessage(EventKey(message), in: place.workspace) }
        }
    }
}

/// A message to one contractor of an event.
struct EventMessageOptions: ParsableArguments {
    @Argument(help: "The event's id.") var event: String
    @Argument(help: "The contractor's id.") var contractor: String
    @Argument(help: "Its type, speaker_alert for example.") var type: String
    @Option(help: ArgumentHelp("The session it is about.", valueName: "id")) var session: Int64?
    @Option(help: "Its text, with placeholders like {firstName}.") var text: String?
    @OptionGroup var place: EventWorkspaceOption

    var request: EventMessageRequest {
        var request = EventMessageRequest(event: EventKey(event), contractor: EventKey(contractor), type: type)
        request.sessionId = session
        request.messageContent = text
        return request
    }
}
