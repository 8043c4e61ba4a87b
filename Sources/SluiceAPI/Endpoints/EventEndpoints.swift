import Hummingbird
import SluiceOperations

/// Messages of events.
enum EventEndpoints {
    static let all = messages + lists + events

    private static let messages = [
        Endpoint(.post, "/api/v1/events/messages", for: .send) { call in
            let request = try call.body.decode(EventMessageRequest.self)
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try Answer.data(
                try await found { try await call.session.schedule([request], in: workspace)[0] })
        },
        Endpoint(.post, "/api/v1/events/messages/batch", for: .send, mostBytes: RequestBody.mostListBytes) { call in
            let request = try call.body.decode(Batch.self)
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            let messages = request.messages.map(\.value)
            let lines = try await found { try await call.session.schedule(messages, in: workspace) }
            return try Answer.data(Scheduled(messages: lines))
        },
        Endpoint(.post, "/api/v1/events/messages/preview", for: .read) { call in
            let request = try call.body.decode(EventMessageRequest.self)
            let workspace = try call.caller.workspace(asked: request.workspaceId)
            return try Answer.data(try await found { try await call.session.preview(request, in: workspace) })
        },
        Endpoint(.get, "/api/v1/events/messages/:message", for: .read) { call in
            let (id, workspace) = try (call.key("message"), call.workspace())
            return try Answer.data(try await found { try await call.session.eventMessage(id, in: workspace) })
        },
        Endpoint(.post, "/api/v1/events/messages/:message/cancel", for: .send) { call in
            let (id, workspace) = try (call.key("message"), call.workspace())
            return try Answer.data(try await found { try await call.session.cancelEventMessage(id, in: workspace) })
        },
        Endpoint(.post, "/api/v1/events/messages/:message/reschedule", for: .send) { call in
            let (id, workspace) = try (call.key("message"), call.workspace())
            let time = try call.body.decodeIfAny(Moved.self)?.scheduledTime
            return try Answer.data(
                try await found { try await call.session.rescheduleEventMessage(id, to: time, in: workspace) })
        },
        Endpoint(.post, "/api/v1/events/messages/:message/response", for: .send) { call in
            let (id, workspace) = try (call.key("message"), call.workspace())
            let response = try call.body.decode(EventMessageResponse.self)
            return try Answer.data(
                try await found { try await call.session.recordResponse(response, to: id, in: workspace) })
        },
    ]

    private static let lists = [
        Endpoint(.get, "/api/v1/events/messages", for: .read) { call in
            try Answer.data(try await page(try call.filter(), call))
        },
        Endpoint(.get, "/api/v1/events/upcoming", for: .read) { call in
            var filter = try call.filter()
            filter.status = "scheduled"
            filter.withinHours = try call.number("hours", in: 1...EventMessageFilter.mostHours) ?? 24
            return try Answer.data(try await page(filter, call))
        },
        Endpoint(.get, "/api/v1/events/stats", for: .read) { call in
            let workspace = try call.workspace()
            let event = call.optionalQuery("eventId").map { EventKey($0) }
            return try Answer.data(try await found { try await call.session.eventStats(of: event, in: workspace) })
        },
    ]

    private static let events = [
        plan("/api/v1/events/:event/plan"),
        plan("/api/v1/events/:event/contractors/:contractor/plan"),
        Endpoint(.post, "/api/v1/events/:event/clear", for: .send) { call in
            let (event, workspace) = try (call.key("event"), call.workspace())
            return try Answer.data(try await found { try await call.session.clearEvent(event, in: workspace) })
        },
        Endpoint(.post, "/api/v1/events/:event/contractors/:contractor/clear", for: .send) { call in
            let (event, contractor, workspace) = try (call.key("event"), call.key("contractor"), call.workspace())
            return try Answer.data(
                try await found { try await call.session.clearEvent(event, contractor: contractor, in: workspace) })
        },
    ]

    private static func plan(_ path: String) -> Endpoint {
        Endpoint(.post, path, for: .send) { call in
            let (event, workspace) = try (call.key("event"), call.workspace())
            let contractors =
                path.contains(":contractor")
                ? [try call.key("contractor")] : try call.body.decodeIfAny(People.self)?.contractorIds
            return try Answer.data(
                try await found { try await call.session.planEvent(event, contractors: contractors, in: workspace) })
        }
    }

    private static func page(_ filter: EventMessageFilter, _ call: Call) async throws -> EventMessagePage {
        let workspace = try call.workspace()
        return try await found { try await call.session.eventMessages(filter, in: workspace) }
    }

    /// What is not there, and what is another workspace's, is not found.
    private static func found<Value>(_ perform: () async throws -> Value) async throws -> Value {
        do {
            return try await perform()
        } catch let error as OperationsError {
            guard case .notFound(let kind, _, _) = error else { throw error }
            throw APIError(.notFound, error.code, "\(error)", field: kind == "event message" ? nil : "\(kind)Id")
        }
    }

    private struct Batch: ClosedRequest {
        enum CodingKeys: CodingKey, CaseIterable { case messages, workspaceId }

        var messages: [Closed<EventMessageRequest>]
        var workspaceId: String?
    }

    private struct Scheduled: Encodable { var messages: [EventMessageLine] }

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

    /// The caller's own, or the one behind the question mark.
    fileprivate func workspace() throws -> String { try caller.workspace(asked: optionalQuery("workspaceId")) }

    fileprivate func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = optionalQuery(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw APIError(
                .unprocessableContent, "invalid_\(name)",
                "\(name) must be from \(range.lowerBound) to \(range.upperBound)", field: name)
        }
        return number
    }

    fileprivate func filter() throws -> EventMessageFilter {
        var filter = EventMessageFilter()
        filter.event = optionalQuery("eventId").map { EventKey($0) }
        filter.contractor = optionalQuery("contractorId").map { EventKey($0) }
        filter.status = optionalQuery("status")
        filter.cursor = optionalQuery("cursor")
        filter.limit = try number("limit", in: 1...EventMessageFilter.mostRows) ?? filter.limit
        return filter
    }
}
