internal import PostgresDriver

/// A campaign's run and how far it is.
public struct CampaignLine: Codable, Hashable, Sendable {
    public var id: Int64
    public var workspace: String
    public var status: String
    /// People entered, and of them those who are done and those who failed.
    public var total: Int
    public var succeeded: Int
    public var failed: Int
    /// People whose message may be on its way this moment: a pause or a cancellation does not call it back.
    public var inFlight: Int
}

public struct CampaignPage: Codable, Hashable, Sendable {
    public var campaigns: [CampaignLine]
    /// Give it as `cursor` to go on; nil when that was all.
    public var nextCursor: String?
}

extension OperatorSession {
    /// The latest runs first.
    /// - Parameters:
    ///   - workspace: only those of it; nil: all.
    ///   - cursor: of the page before.
    /// - Throws: ``OperationsError/invalid(field:message:)`` for a cursor that is none.
    public func campaigns(
        in workspace: String? = nil, after cursor: String? = nil, most: Int = 100
    ) async throws -> CampaignPage {
        let last = try PageCursor.id(cursor)
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(
            """
            \(Self.campaignSQL) WHERE ($1::text IS NULL OR r.workspace_id = $1) AND r.id < coalesce($2, r.id + 1)
            ORDER BY r.id DESC LIMIT $3
            """, [.string(workspace), .int64(last), .int64(Int64(most) + 1)])
        let page = try rows.prefix(most).map(CampaignLine.init)
        return CampaignPage(campaigns: page, nextCursor: rows.count > most ? page.last.map { "\($0.id)" } : nil)
    }

    /// - Parameter workspace: where it must be; nil: anywhere.
    public func campaign(_ id: Int64, in workspace: String? = nil) async throws -> CampaignLine {
        try await Self.campaign(id, in: workspace, on: database)
    }

    /// Nothing of it starts within a second, however many people it has; `inFlight` says how many still end.
    public func pauseCampaign(_ id: Int64, in workspace: String? = nil) async throws -> CampaignLine {
        try await set(id, in: workspace, "paused", "pause")
    }

    public func resumeCampaign(_ id: Int64, in workspace: String? = nil) async throws -> CampaignLine {
        try await set(id, in: workspace, "running", "resume")
    }

    /// For good: whoever has not been sent to is cancelled, some time after.
    public func cancelCampaign(_ id: Int64, in workspace: String? = nil) async throws -> CampaignLine {
        try await set(id, in: workspace, "cancelled", "cancel")
    }

    static func campaign(
        _ id: Int64, in workspace: String?, on database: any PostgresExecutor
    ) async throws -> CampaignLine {
        let rows = try await database.query(
            "\(campaignSQL) WHERE r.id = $1 AND ($2::text IS NULL OR r.workspace_id = $2)",
            [.int64(id), .string(workspace)])
        guard let row = rows.first else {
            throw OperationsError.notFound(kind: "campaign", given: "\(id)", nearest: [])
        }
        return try CampaignLine(row)
    }

    private func set(
        _ id: Int64, in workspace: String?, _ status: String, _ verb: String
    ) async throws -> CampaignLine {
        try await change { change in
            let before = try await change.query(
                """
                SELECT status FROM message_runs WHERE id = $1 AND ($2::text IS NULL OR workspace_id = $2) FOR UPDATE
                """, [.int64(id), .string(workspace)]
            ).column(String.self, at: 0).first
            guard let before else { throw OperationsError.notFound(kind: "campaign", given: "\(id)", nearest: []) }
            guard !["finished", "failed", "cancelled"].contains(before) else {
                throw OperationsError.refused(
                    code: "campaign_\(before)", message: "campaign \(id) is \(before) already")
            }
            try await change.query(
                "UPDATE message_runs SET status = $2, updated_at = now() WHERE id = $1 AND status <> $2",
                [.int64(id), .string(status)])
            try await change.record(
                "campaigns.\(verb)", target: "\(id)", before: ["status": before], after: ["status": status])
            return try await Self.campaign(id, in: workspace, on: change.transaction)
        }
    }

    private static let campaignSQL = """
        SELECT r.id, r.workspace_id, r.status, coalesce(r.total_messages, 0) AS total,
            coalesce(r.success_count, 0) AS succeeded, coalesce(r.failure_count, 0) AS failed,
            coalesce((SELECT sum(n) FROM in_flight_counts f WHERE f.kind = 'campaign' AND f.source_id = r.id::text),
                0)::int AS in_flight
        FROM message_runs r
        """
}

extension CampaignLine {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: try row.decode(Int64.self, "id"), workspace: try row.decode(String.self, "workspace_id"),
            status: try row.decode(String.self, "status"), total: Int(try row.decode(Int32.self, "total")),
            succeeded: Int(try row.decode(Int32.self, "succeeded")), failed: Int(try row.decode(Int32.self, "failed")),
            inFlight: Int(try row.decode(Int32.self, "in_flight")))
    }
}
