internal import PostgresDriver
internal import SluiceCore

extension OperatorSession {
    /// Writes the run of a campaign: it is entered by itself, when its time has come.
    /// - Throws: ``OperationsError`` for what is wrong with the request.
    public func startCampaign(_ request: CampaignRequest, in workspace: String) async throws -> CampaignLine {
        let asked = try request.validated()
        let line = try await change { change in
            let flow = try await UsableFlow.find(request.flowId, in: workspace, on: change.transaction)
            try await PageLookup.require(request.pageIds, on: change.transaction)
            let id = try await change.query(
                """
                INSERT INTO message_runs (workspace_id, flow_id, page_ids, trigger_id, start_at, priority, status)
                VALUES ($1, $2, $3, $4, $5, $6, 'queued') RETURNING id
                """,
                [
                    .string(workspace), .uuid(flow.id), .int64Array(request.pageIds), .int64(request.triggerId),
                    .timestamp(
                        asked.startAt.map { PostgresTimestamp(microsecondsSinceEpoch: $0.microseconds) }),
                    .int32(asked.priority),
                ]
            ).scalar(Int64.self)
            let line = try await Self.campaign(id, in: workspace, on: change.transaction)
            try await change.record("campaigns.start", target: "\(id)", after: line)
            return line
        }
        wakeIntake()
        return line
    }
}
