internal import PostgresDriver

extension OperatorSession {
    /// For good. What is on its way already is not called back: its `messageStatus` says what became of it.
    public func cancelJob(_ id: String, in workspace: String) async throws -> JobAnswer {
        if id.utf8.contains(0) { throw OperationsError.notFound(kind: "job", given: id, nearest: []) }
        return try await database.withTransaction { transaction in
            let changed = try await transaction.query(
                """
                UPDATE scheduled_sms_jobs SET status = 'cancelled'
                WHERE id = $1 AND workspace_id = $2 AND status IN ('scheduled', 'processing') RETURNING id
                """, [.string(id), .string(workspace)])
            let job = try await Self.job(id, in: workspace, on: transaction)
            guard !changed.isEmpty else {
                throw OperationsError.refused(
                    code: "job_\(job.status)", message: "job \(id) is \(job.status) already", field: "jobId")
            }
            return job
        }
    }

    /// How far a job is.
    public func job(_ id: String, in workspace: String) async throws -> JobAnswer {
        try await Self.job(id, in: workspace, on: database)
    }

    /// The workspace's jobs of one status, by time.
    /// - Parameter cursor: of the page before.
    /// - Throws: ``OperationsError/invalid(field:message:)`` for a cursor that is none.
    public func jobs(
        _ status: JobStatus, in workspace: String, after cursor: String?, most: Int
    ) async throws -> JobPage {
        try await WorkspaceLookup.require(workspace, on: database)
        let after = try cursor.map(TimeCursor.init)
        let rows = try await database.query(
            """
            \(JobAnswer.sql) WHERE j.workspace_id = $1 AND j.status = $2
                AND (j.scheduled_time, j.id) > (coalesce($3, '-infinity'::timestamptz), coalesce($4, ''))
            ORDER BY j.scheduled_time, j.id LIMIT $5
            """,
            [
                .string(workspace), .string(status.rawValue), .timestamp(after?.time), .string(after?.id),
                .int64(Int64(most) + 1),
            ])
        let page = rows.prefix(most)
        let next = rows.count > most ? try page.last.map(TimeCursor.init(after:)) : nil
        return JobPage(jobs: try page.map(JobAnswer.init), nextCursor: next?.description)
    }

    private static func job(
        _ id: String, in workspace: String, on database: any PostgresExecutor
    ) async throws -> JobAnswer {
        let rows = try await database.query(
            "\(JobAnswer.sql) WHERE j.id = $1 AND j.workspace_id = $2", [.string(id), .string(workspace)])
        guard let row = rows.first else { throw OperationsError.notFound(kind: "job", given: id, nearest: []) }
        return try JobAnswer(row)
    }
}
