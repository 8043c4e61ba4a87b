import Hummingbird
import SluiceOperations

/// Messages of events.
enum EventEndpoints {
    static let all = messages + lists + events

    private static let messages = [
        Endpoint(
            .post, "/api/v1/events/messages", for: .send, "Schedules a message.", fails: unschedulable
        ) { (call, request: EventMessageRequest) in
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try await call.session.schedule([request], in: workspace)[0]
        },
        Endpoint(
            .post, "/api/v1/events/messages/batch", for: .send, "Schedules many messages, all of them or none.",
            mostBytes: RequestBody.mostListBytes, fails: unschedulable
        ) { (call, request: Batch) in
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return Scheduled(messages: try await call.session.schedule(request.messages.map(\.value), in: workspace))
        },
        Endpoint(
            .post, "/api/v1/events/messages/preview", for: .read, "What a message would be. Schedules nothing.",
            fails: unschedulable
        ) { (call, request: EventMessageRequest) in
            try await call.session.preview(request, in: try call.caller.workspace(asked: request.workspaceId))
        },
        Endpoint(
            .get, "/api/v1/events/messages/:message", for: .read, "One message.", query: [.workspace],
            fails: [missingMessage]
        ) { call in
            try await call.session.eventMessage(try call.key("message"), in: try call.workspace())
        },
        Endpoint(
            .post, "/api/v1/events/messages/:message/cancel", for: .send, "Cancels a message that waits.",
            query: [.workspace], fails: unchangeable
        ) { call in
            try await call.session.cancelEventMessage(try call.key("message"), in: try call.workspace())
        },
        Endpoint(
            .post, "/api/v1/events/messages/:message/reschedule", for: .send,
            "Sends a message at another time, also one that failed or was cancelled.", query: [.workspace],
            fails: unchangeable
        ) { (call, request: Moved?) in
            try await call.session.rescheduleEventMessage(
                try call.key("message"), to: request?.scheduledTime, in: try call.workspace())
        },
        Endpoint(
            .post, "/api/v1/events/messages/:message/response", for: .send, "Writes down what somebody answered.",
            query: [.workspace], fails: [missingMessage]
        ) { (call, response: EventMessageResponse) in
            try await call.session.recordResponse(response, to: try call.key("message"), in: try call.workspace())
        },
    ]

    private static let lists = [
        Endpoint(
            .get, "/api/v1/events/messages", for: .read, "Messages, by time.",
            query: QueryParameter.page + [event, contractor, status],
            fails: [missingEvent]
        ) { call in
            try await call.session.eventMessages(filter(call), in: try call.workspace())
        },
        Endpoint(
            .get, "/api/v1/events/upcoming", for: .read, "Messages that are due within some hours, by time.",
            query: QueryParameter.page + [event, contractor, hours], fails: [missingEvent]
        ) { call in
            var filter = filter(call)
            filter.status = "scheduled"
            filter.withinHours = call.whole(hours)
            return try await call.session.eventMessages(filter, in: try call.workspace())
        },
        Endpoint(
            .get, "/api/v1/events/stats", for: .read, "How the messages of an event stand, or of all.",
            query: [.workspace, event], fails: [missingEvent]
        ) { call in
            try await call.session.eventStats(of: call[event].map { EventKey($0) }, in: try call.workspace())
        },
    ]

    private static let events = [
        Endpoint(
            .post, "/api/v1/events/:event/plan", for: .send,
            "Gives an event's contractors the messages that it calls for; repeating adds nothing.",
            query: [.workspace], fails: [missingEvent, missingContractor]
        ) { (call, request: People?) in
            try await call.session.planEvent(
                try call.key("event"), contractors: request?.contractorIds, in: try call.workspace())
        },
        Endpoint(
            .post, "/api/v1/events/:event/contractors/:contractor/plan", for: .send, "The same for one contractor.",
            query: [.workspace], fails: [missingEvent, missingContractor]
        ) { call in
            try await call.session.planEvent(
                try call.key("event"), contractors: [try call.key("contractor")], in: try call.workspace())
        },
        Endpoint(
            .post, "/api/v1/events/:event/clear", for: .send, "Cancels all that waits of an event.",
            query: [.workspace], fails: [missingEvent]
        ) { call in
            try await call.session.clearEvent(try call.key("event"), in: try call.workspace())
        },
        Endpoint(
            .post, "/api/v1/events/:event/contractors/:contractor/clear", for: .send,
            "Cancels all that waits for one contractor of an event.", query: [.workspace],
            fails: [missingEvent, missingContractor]
        ) { call in
            try await call.session.clearEvent(
                try call.key("event"), contractor: try call.key("contractor"), in: try call.workspace())
        },
    ]

    private static func filter(_ call: Call) -> EventMessageFilter {
        var filter = EventMessageFilter()
        filter.event = call[event].map { EventKey($0) }
        filter.contractor = call[contractor].map { EventKey($0) }
        filter.status = call[status]
        filter.cursor = call[.cursor]
        filter.limit = call.whole(.limit)
        return filter
    }

    private static let event = QueryParameter("eventId")
    private static let contractor = QueryParameter("contractorId")
    private static let status = QueryParameter("status")
    private static let hours = QueryParameter("hours", .whole(1...EventMessageFilter.mostHours), standard: "24")

    private static let missingMessage = Failure.notFound("event message")
    private static let missingEvent = Failure.notFound("event", field: "eventId")
    private static let missingContractor = Failure.notFound("contractor", field: "contractorId")
    private static let unschedulable = [missingEvent, missingContractor, .notFound("session", field: "sessionId")]
    private static let unchangeable = [
        missingMessage, .refused("message_in_flight"), .refused("outcome_unknown"), .refused("message_sent"),
        .refused("message_failed"), .refused("message_cancelled"),
    ]

    private struct Batch: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case messages, workspaceId }

        var messages: [Closed<EventMessageRequest>]
        var workspaceId: String?

        static let bounds: [FieldBound<Batch>] = [
            .count(.messages, 1...OperatorSession.mostEventMessages) { $0.messages.count }
        ]
    }

    private struct Scheduled: Codable { var messages: [EventMessageLine] }

    private struct Moved: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case scheduledTime }

        var scheduledTime: String?
    }

    private struct People: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case contractorIds }

        var contractorIds: [EventKey]?
    }
}

extension Call {
    fileprivate func key(_ name: String) throws -> EventKey { EventKey(try parameter(name)) }
}
