internal import PostgresDriver
internal import SluiceCore

extension OperatorSession {
    /// Keeps a message that goes out each time its pattern comes round.
    /// - Parameter creating: whether a workspace or a sender that is not there is made, as `sluice dev` does.
    /// - Throws: ``OperationsError`` for what is wrong with the request.
    public func addSchedule(
        _ request: ScheduleRequest, in workspace: String, creating: Bool = false
    ) async throws -> ScheduleAnswer {
        try request.validate()
        let answer = try await change { change in
            try await Senders(workspace: workspace, transaction: change.transaction).require(
                [request.fromNumber], creating: creating)
            let text = try await Templates.filled([request.message], in: workspace, on: change.transaction) { $1 }[0]
            let id = try await change.query(
                """
                INSERT INTO message_schedules (workspace_id, to_phone, body, media_url, from_number, metadata, cron,
                    time_zone, missed)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, 'skip')) RETURNING id
                """,
                [
                    .string(workspace), .string(request.to), .string(text.body), .string(text.mediaUrl),
                    .string(request.fromNumber), .jsonb(request.metadata?.text), .string(request.cron),
                    .string(request.timeZone), .string(request.missed),
                ]
            ).scalar(String.self)
            let answer = try await Self.schedule(id, in: workspace, on: change.transaction)
            guard answer.nextTime != nil else {
                throw OperationsError.invalid(field: "cron", message: answer.problem ?? "it never comes round")
            }
            try await change.record("schedules.add", target: id, after: answer)
            return answer
        }
        wakeIntake()
        return answer
    }

    public func schedule(_ id: String, in workspace: String) async throws -> ScheduleAnswer {
        try await Self.schedule(id, in: workspace, on: database)
    }

    /// Those after this id, by id.
    public func schedules(in workspace: String, after id: String? = nil, most: Int) async throws -> SchedulePage {
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(
            """
            \(ScheduleAnswer.sql) WHERE s.workspace_id = $1 AND s.id > coalesce($2, '')
            ORDER BY s.id LIMIT $3
            """, [.string(workspace), .string(id), .int64(Int64(most) + 1)])
        let page = try rows.prefix(most).map(ScheduleAnswer.init)
        return SchedulePage(schedules: page, nextCursor: rows.count > most ? page.last?.scheduleId : nil)
    }

    /// It makes no more messages until it is resumed; those that it made already go out.
    public func pauseSchedule(_ id: String, in workspace: String) async throws -> ScheduleAnswer {
        try await set(id, in: workspace, active: false, "pause")
    }

    /// It goes on with its next run.
    public func resumeSchedule(_ id: String, in workspace: String) async throws -> ScheduleAnswer {
        let answer = try await set(id, in: workspace, active: true, "resume")
        wakeIntake()
        return answer
    }

    /// Its messages that wait still go out.
    public func removeSchedule(_ id: String, in workspace: String) async throws -> ScheduleAnswer {
        try await change { change in
            let answer = try await Self.schedule(id, in: workspace, on: change.transaction)
            try await change.query("DELETE FROM message_schedules WHERE id = $1", [.string(id)])
            try await change.record("schedules.remove", target: id, before: answer)
            return answer
        }
    }

    private func set(
        _ id: String, in workspace: String, active isActive: Bool, _ verb: String
    ) async throws -> ScheduleAnswer {
        try await change { change in
            let before = try await Self.schedule(id, in: workspace, on: change.transaction)
            guard before.isActive != isActive else { return before }
            try await change.query(
                "UPDATE message_schedules SET is_active = $2 WHERE id = $1", [.string(id), .bool(isActive)])
            try await change.record(
                "schedules.\(verb)", target: id, before: ["isActive": before.isActive], after: ["isActive": isActive])
            return try await Self.schedule(id, in: workspace, on: change.transaction)
        }
    }

    private static func schedule(
        _ id: String, in workspace: String, on database: any PostgresExecutor
    ) async throws -> ScheduleAnswer {
        let rows = try await database.query(
            "\(ScheduleAnswer.sql) WHERE s.id = $1 AND s.workspace_id = $2",
            [.string(id), .string(workspace)])
        guard let row = rows.first else { throw OperationsError.notFound(kind: "schedule", given: id, nearest: []) }
        return try ScheduleAnswer(row)
    }
}
