internal import NATSDriver
internal import PostgresDriver
internal import SluiceCore
internal import SluiceWire

/// What a message would be if it were scheduled as things are.
public struct EventMessagePreview: Codable, Hashable, Sendable {
    /// Nil where the type has no text and none was given.
    public var text: String?
    /// Placeholders for which there is nothing.
    public var missing: [String]
    public var recipient: String?
    public var scheduledTime: String?
}

/// What the user's own program says of a message.
public struct EventMessageResponse: ClosedRequest, Hashable {
    public enum CodingKeys: CodingKey, CaseIterable { case responseReceived, sentimentScore, actionTaken, pcrScore }

    /// What the contractor answered. A number from 1 to 10 is the score of a `pcr_request`.
    public var responseReceived: String?
    public var sentimentScore: Double?
    public var actionTaken: String?
    public var pcrScore: Double?

    public static let bounds: [FieldBound<EventMessageResponse>] = [
        .text(.responseReceived, most: .max) { $0.responseReceived },
        .text(.actionTaken, most: .max) { $0.actionTaken }, .number(.pcrScore, 1...10) { $0.pcrScore },
    ]
}

extension OperatorSession {
    /// Messages that may be scheduled at once.
    public static var mostEventMessages: Int { 500 }

    /// Writes messages as a user's SQL would, all or none. The same message of the same session takes the place of the
    /// one that waits.
    /// - Throws: ``OperationsError`` for the first that cannot be; named by its place when there are several.
    public func schedule(_ requests: [EventMessageRequest], in workspace: String) async throws -> [EventMessageLine] {
        guard (1...Self.mostEventMessages).contains(requests.count) else {
            throw OperationsError.invalid(field: "messages", message: "must be 1 to \(Self.mostEventMessages)")
        }
        let json = try Self.json(requests)
        let lines = try await database.withTransaction { transaction in
            for row in try await transaction.query(EventMessageSQL.check, [.string(json), .string(workspace)]) {
                try Self.refuse(row, of: requests)
            }
            let ids = try await transaction.query(EventMessageSQL.insert, [.string(json), .string(workspace)])
                .column(String.self, at: 0)
            return try await transaction.query(
                "\(EventMessageLine.sql) JOIN unnest($1::text[]) WITH ORDINALITY g(id, n) ON g.id = m.id::text ORDER BY g.n",
                [.stringArray(ids)]
            ).map(EventMessageLine.init)
        }
        wakeIntake()
        return lines
    }

    /// Writes nothing.
    public func preview(_ request: EventMessageRequest, in workspace: String) async throws -> EventMessagePreview {
        let json = try Self.json([request])
        let row = try await database.query(EventMessageSQL.check, [.string(json), .string(workspace)])[0]
        try Self.refuse(row, of: [request], missingIsFine: true)
        return EventMessagePreview(
            text: try row.decode(String?.self, "body"), missing: try row.decode([String]?.self, "missing") ?? [],
            recipient: try row.decode(String?.self, "recipient"),
            scheduledTime: try EventMessageLine.time("due", of: row))
    }

    /// For good, unless it is rescheduled.
    public func cancelEventMessage(_ id: EventKey, in workspace: String) async throws -> EventMessageLine {
        try await changeMessage(id, in: workspace, "cancel") { change, before in
            guard before.status == "scheduled" else { throw Self.refusal(of: before) }
            try await change.query(
                "UPDATE event_messages SET status = 'cancelled' WHERE id::text = $1", [.string(id.text)])
        }
    }

    /// - Parameter time: ISO 8601; without an offset in the event's zone. Nil: when its type says, as if it were new.
    public func rescheduleEventMessage(
        _ id: EventKey, to time: String?, in workspace: String
    ) async throws -> EventMessageLine {
        let time = try time.map { text throws(OperationsError) in try EventTime(text) }
        let line = try await changeMessage(id, in: workspace, "reschedule") { change, before in
            guard before.status != "sent" else { throw Self.refusal(of: before) }
            try await change.query(
                """
                UPDATE event_messages m SET status = 'scheduled', anchor = NULL, scheduled_time = (
                    SELECT \(EventMessageSQL.instant("$2::timestamptz", isLocal: "$3")) FROM (SELECT 1) one
                    LEFT JOIN workspaces w ON w.id = m.workspace_id
                    LEFT JOIN events e ON e.id::text = m.event_id::text AND e.workspace_id = m.workspace_id)
                WHERE m.id::text = $1
                """,
                [
                    .string(id.text),
                    .timestamp(time.map { PostgresTimestamp(microsecondsSinceEpoch: $0.time.microseconds) }),
                    .bool(time?.isLocal ?? false),
                ])
        }
        wakeIntake()
        return line
    }

    public func recordResponse(
        _ response: EventMessageResponse, to id: EventKey, in workspace: String
    ) async throws -> EventMessageLine {
        try response.checkBounds()
        return try await database.withTransaction { transaction in
            try await transaction.query(
                """
                UPDATE event_messages SET response_received = coalesce($3, response_received),
                    sentiment_score = coalesce($4, sentiment_score), action_taken = coalesce($5, action_taken),
                    pcr_score = coalesce($6, pcr_score)
                WHERE id::text = $1 AND workspace_id = $2
                """,
                [
                    .string(id.text), .string(workspace), .string(response.responseReceived),
                    .double(response.sentimentScore), .string(response.actionTaken), .double(response.pcrScore),
                ])
            return try await Self.eventMessage(id, in: workspace, on: transaction)
        }
    }

    /// Changes a message that is in nobody's hands.
    private func changeMessage(
        _ id: EventKey, in workspace: String, _ verb: String,
        _ body: (AuditedTransaction, EventMessageLine) async throws -> Void
    ) async throws -> EventMessageLine {
        try await change { change in
            let hands = try await change.query(EventMessageSQL.hands, [.string(id.text), .string(workspace)])
            let before = try await Self.eventMessage(id, in: workspace, on: change.transaction)
            if before.errorMessage == "unknown" {
                throw OperationsError.refused(
                    code: "outcome_unknown",
                    message: "\(before.name) may have been sent: say what became of it first, with sluice unknown")
            }
            if try hands.column(Bool.self, at: 0).contains(true) {
                throw OperationsError.refused(
                    code: "message_in_flight", message: "\(before.name) is on its way: look again in a moment")
            }
            try await body(change, before)
            let after = try await Self.eventMessage(id, in: workspace, on: change.transaction)
            try await change.record("events.\(verb)", target: before.name, before: before, after: after)
            return after
        }
    }

    private static func refusal(of message: EventMessageLine) -> OperationsError {
        .refused(code: "message_\(message.status)", message: "\(message.name) is \(message.status) already")
    }

    private static func json(_ requests: [EventMessageRequest]) throws -> String {
        var rows: [EventMessageRow] = []
        for (number, request) in requests.enumerated() {
            do {
                rows.append(try request.validated())
            } catch { throw error.about(number, of: requests) }
        }
        return try JSONText.compact(rows)
    }

    private static func refuse(
        _ row: PostgresRow, of requests: [EventMessageRequest], missingIsFine: Bool = false
    ) throws {
        let number = Int(try row.decode(Int64.self, "n")) - 1
        let request = requests[number]
        guard try row.decode(Bool.self, "has_event") else {
            throw OperationsError.notFound(kind: "event", given: request.eventId.text, nearest: [])
                .about(number, of: requests)
        }
        guard try row.decode(Bool.self, "has_contractor") else {
            throw OperationsError.notFound(kind: "contractor", given: request.contractorId.text, nearest: [])
                .about(number, of: requests)
        }
        guard try row.decode(Bool.self, "has_session") else {
            throw OperationsError.notFound(kind: "session", given: "\(request.sessionId ?? 0)", nearest: [])
                .about(number, of: requests)
        }
        if try !row.decode(Bool.self, "has_type"), request.scheduledTime == nil {
            throw OperationsError.invalid(
                field: "scheduledTime", message: "is needed: nothing is known of the type \"\(request.messageType)\""
            ).about(number, of: requests)
        }
        guard !missingIsFine else { return }
        guard try row.decode(String?.self, "body") != nil else {
            throw OperationsError.invalid(field: "messageContent", message: "is needed: the type has no text")
                .about(number, of: requests)
        }
        if let missing = try row.decode([String]?.self, "missing"), !missing.isEmpty {
            throw OperationsError.missingValue(missing).about(number, of: requests)
        }
    }
}

extension OperationsError {
    static func missingValue(_ names: [String]) -> OperationsError {
        .invalid(
            field: "personalizationData",
            message: "nothing is known for " + names.map { "{\($0)}" }.joined(separator: ", "))
    }

    /// The same, named by its place where several were given.
    func about(_ number: Int, of requests: [EventMessageRequest]) -> OperationsError {
        requests.count > 1 ? .item(list: "messages", index: number, self) : self
    }
}
