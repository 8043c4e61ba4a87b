internal import NATSDriver
internal import PostgresDriver
internal import SluiceCore
internal import SluiceStore
internal import SluiceWire

extension OperatorSession {
    /// Writes a job as a user's SQL would and leaves the rest to the schema's triggers.
    /// - Throws: ``OperationsError`` for what is wrong with the request.
    public func schedule(_ request: JobRequest, _ time: JobRequest.Time) async throws -> JobAnswer {
        let plan = try request.validated(for: time)
        let workspace = request.workspaceId ?? "default"
        let answer = try await database.withTransaction { transaction in
            try await WorkspaceLookup.require(workspace, on: transaction)
            try await requireSender(request.fromNumber, in: workspace, on: transaction)
            let id = try await transaction.query(
                """
                INSERT INTO scheduled_sms_jobs (to_phone, body, workspace_id, from_number, media_url, scheduled_time,
                    time_offset, expires_at)
                VALUES ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp() + $7::float8 * interval '1 minute'), $8, $9)
                RETURNING id
                """,
                [
                    .string(request.to), .string(request.body), .string(workspace), .string(request.fromNumber),
                    .string(request.mediaUrl), .timestamp(plan.time.map(Self.timestamp)), .double(plan.minutes),
                    .int32(plan.time.map { Int32($0.offset) }), .timestamp(plan.expiresAt.map(Self.timestamp)),
                ]
            ).scalar(String.self)
            return try await Self.job(id, in: workspace, on: transaction)
        }
        if let nats { try? nats.publish(subjects.wake, payload: Wake(reason: .intake).encoded()) }
        return answer
    }

    /// For good. What is on its way already is not called back: its `messageStatus` says what became of it.
    public func cancelJob(_ id: String, in workspace: String) async throws -> JobAnswer {
        try await database.withTransaction { transaction in
            let changed = try await transaction.query(
                """
                UPDATE scheduled_sms_jobs SET status = 'cancelled'
                WHERE id = $1 AND workspace_id = $2 AND status IN ('scheduled', 'processing') RETURNING id
                """, [.string(id), .string(workspace)])
            let job = try await Self.job(id, in: workspace, on: transaction)
            guard !changed.isEmpty else {
                throw OperationsError.refused(code: "job_\(job.status)", message: "job \(id) is \(job.status) already")
            }
            return job
        }
    }

    /// How far a job is.
    public func job(_ id: String, in workspace: String) async throws -> JobAnswer {
        try await Self.job(id, in: workspace, on: database)
    }

    private func requireSender(
        _ number: String?, in workspace: String, on transaction: PostgresTransaction
    ) async throws {
        guard let number else { return }
        let known = try await transaction.query(
            "SELECT FROM user_devices WHERE workspace_id = $1 AND sluice_digits(phone) = sluice_digits($2) LIMIT 1",
            [.string(workspace), .string(number)])
        guard known.isEmpty else { return }
        throw OperationsError.refused(
            code: "unknown_sender", message: "workspace \(workspace) has no device with the number \(number)")
    }

    private static func job(
        _ id: String, in workspace: String, on database: any PostgresExecutor
    ) async throws -> JobAnswer {
        let rows = try await database.query(jobSQL, [.string(id), .string(workspace)])
        guard let row = rows.first else { throw OperationsError.notFound(kind: "job", given: id, nearest: []) }
        func time(_ name: String) throws -> String? {
            guard let microseconds = try row.decode(Int64?.self, name) else { return nil }
            let offset = Int(try row.decode(Int32.self, "\(name)_offset"))
            return "\(OffsetTime(time: DatabaseTime(microseconds: microseconds), offset: offset))"
        }
        return JobAnswer(
            jobId: id, status: try row.decode(String.self, "status"),
            messageId: try row.decode(String?.self, "message_id"), scheduledTime: try time("scheduled"),
            completedTime: try time("completed"), messageStatus: try row.decode(String?.self, "message_status"),
            reason: try row.decode(String?.self, "error"))
    }

    private static func timestamp(_ time: OffsetTime) -> PostgresTimestamp {
        PostgresTimestamp(microsecondsSinceEpoch: time.time.microseconds)
    }

    /// What is due is on its way, whether or not the leader has seen it yet.
    private static let jobSQL = """
        SELECT CASE WHEN j.status = 'scheduled' AND j.scheduled_time <= clock_timestamp() THEN 'processing'
                ELSE j.status END AS status,
            CASE WHEN j.status = 'scheduled' AND j.scheduled_time <= clock_timestamp() THEN 'queued'
                ELSE j.message_status END AS message_status,
            j.message_id, j.error,
            \(inZone("j.scheduled_time", as: "scheduled")), \(inZone("j.completed_time", as: "completed"))
        FROM scheduled_sms_jobs j LEFT JOIN workspaces w ON w.id = j.workspace_id
        WHERE j.id = $1 AND j.workspace_id = $2
        """

    /// An instant in microseconds, and the offset it is told in.
    private static func inZone(_ time: String, as name: String) -> String {
        """
        (extract(epoch FROM \(time)) * 1000000)::bigint AS \(name),
            coalesce(j.time_offset, extract(epoch FROM (\(time) AT TIME ZONE coalesce(w.time_zone, 'UTC'))
                - (\(time) AT TIME ZONE 'UTC'))::int, 0) AS \(name)_offset
        """
    }
}
