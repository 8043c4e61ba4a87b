internal import PostgresDriver
internal import SluiceCore

extension OperatorSession {
    /// So many messages one call may ask for.
    public static let mostJobs = 1_000

    /// Writes a job as a user's SQL would and leaves the rest to the schema's triggers.
    /// - Parameters:
    ///   - creating: whether a workspace or a sender that is not there is made, as `sluice dev` does.
    ///   - asTest: marked so, and at a trigger's priority.
    /// - Throws: ``OperationsError`` for what is wrong with the request.
    public func schedule(
        _ request: JobRequest, _ time: JobRequest.Time, in workspace: String, creating: Bool = false,
        asTest: Bool = false
    ) async throws -> JobAnswer {
        let plan = try request.validated(for: time)
        return try await write([plan], in: workspace, creating: creating, asTest: asTest) { $1 }[0]
    }

    /// Writes all of them or none.
    /// - Throws: ``OperationsError`` for the first that cannot be.
    public func scheduleAll(
        _ requests: [JobRequest], in workspace: String, creating: Bool = false
    ) async throws -> [JobAnswer] {
        guard (1...Self.mostJobs).contains(requests.count) else {
            throw OperationsError.invalid(field: "messages", message: "must be 1 to \(Self.mostJobs)")
        }
        func located(_ index: Int, _ error: OperationsError) -> OperationsError {
            .item(list: "messages", index: index, error)
        }
        let plans = try requests.enumerated().map { index, request throws(OperationsError) in
            do throws(OperationsError) {
                if request.workspaceId != nil {
                    throw .invalid(field: "workspaceId", message: "must be given once, beside messages")
                }
                return try request.validated(for: .asGiven)
            } catch {
                throw located(index, error)
            }
        }
        return try await write(plans, in: workspace, creating: creating, located: located)
    }

    private func write(
        _ plans: [PlannedJob], in workspace: String, creating: Bool, asTest: Bool = false,
        located: (Int, OperationsError) -> OperationsError
    ) async throws -> [JobAnswer] {
        let answers = try await database.withTransaction { transaction in
            try await Senders(workspace: workspace, transaction: transaction).require(
                plans.map(\.request.fromNumber), creating: creating, located)
            let texts = try await Templates.filled(plans.map(\.request), in: workspace, on: transaction, located)
            let ids = try await transaction.query(
                Self.insertSQL, [.string(workspace)] + Self.columns(of: plans, texts) + [.bool(asTest)],
                deadline: .seconds(10)
            ).column(String.self, at: 0)
            let rows = try await transaction.query(
                "\(JobAnswer.sql) WHERE j.id = ANY ($1::text[])", [.stringArray(ids)])
            let made = Dictionary(uniqueKeysWithValues: try rows.map(JobAnswer.init).map { ($0.jobId, $0) })
            return ids.compactMap { made[$0] }
        }
        wakeIntake()
        return answers
    }

    private static func columns(of plans: [PlannedJob], _ texts: [FilledText]) -> [PostgresValue] {
        [
            .stringArray(plans.map(\.request.to)), .stringArray(texts.map(\.body)),
            .stringArray(plans.map(\.request.fromNumber)), .stringArray(texts.map(\.mediaUrl)),
            .stringArray(plans.map(\.request.metadata?.text)),
            .timestampArray(plans.map { $0.time.map(timestamp) }), .doubleArray(plans.map(\.minutes)),
            .int32Array(plans.map { plan in plan.time.map { Int32($0.offset) } }),
            .timestampArray(plans.map { $0.expiresAt.map(timestamp) }),
        ]
    }

    private static func timestamp(_ time: OffsetTime) -> PostgresTimestamp {
        PostgresTimestamp(microsecondsSinceEpoch: time.time.microseconds)
    }

    /// `$1` the workspace, then a column each, `$11` whether it is a test. Gives the ids in the order of the rows.
    private static let insertSQL = """
        WITH given AS MATERIALIZED (
            SELECT *, 'job_' || replace(gen_random_uuid()::text, '-', '') AS id
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::float8[],
                $9::int[], $10::timestamptz[]) WITH ORDINALITY
                AS g(recipient, body, sender, media_url, metadata, due, minutes, time_offset, expires_at, ordinal)
        ), made AS (
            INSERT INTO scheduled_sms_jobs (id, workspace_id, to_phone, body, from_number, media_url, metadata,
                scheduled_time, time_offset, expires_at, priority, is_test)
            SELECT id, $1, recipient, body, sender, media_url, metadata::jsonb,
                coalesce(due, clock_timestamp() + minutes * interval '1 minute'), time_offset, expires_at,
                CASE WHEN $11 THEN 1 ELSE 10 END, $11
            FROM given)
        SELECT id FROM given ORDER BY ordinal
        """
}
