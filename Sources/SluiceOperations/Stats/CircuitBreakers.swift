public import FoundationEssentials
internal import PostgresDriver
internal import SluiceWire

/// Something that is left alone for now, and why.
public struct OpenCircuit: Codable, Hashable, Sendable {
    /// `gateway`, `device` or `page`.
    var scope: String
    /// The gateway's host and port, the device's id, or the page's.
    var id: String
    /// `open`: nothing is sent there.
    var state: String
    /// When it is tried again, if anybody knows.
    var until: Date?
    var reason: String

    private enum CodingKeys: CodingKey { case scope, id, state, until, reason }

    /// With its nulls: whoever reads them expects them.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(scope, forKey: .scope)
        try values.encode(id, forKey: .id)
        try values.encode(state, forKey: .state)
        try values.encode(until, forKey: .until)
        try values.encode(reason, forKey: .reason)
    }
}

extension OperatorSession {
    private static let most = 10_000

    /// Devices that cannot send by what their gateway said, and pages that are blocked; pages belong to no workspace, so
    /// only whoever sees all of them sees those without a device.
    private static let circuitsSQL = """
        SELECT 'device' AS scope, d.id::text AS id, s.until, s.state AS reason
        FROM device_states s JOIN user_devices d ON d.id = s.device_id
        WHERE s.state <> 'connected' AND ($1::text IS NULL OR d.workspace_id = $1)
        UNION ALL
        SELECT 'page', m.page_id::text, m.blocked_until, coalesce(m.block_reason, m.last_error_code, 'blocked')
        FROM meta_pages m LEFT JOIN user_devices d ON d.id = m.device_id
        WHERE m.blocked_until > now() AND ($1::text IS NULL OR d.workspace_id = $1)
        ORDER BY 1, 2 LIMIT \(most)
        """

    /// What is left alone now. Gateways are told by the shards, and only to whoever sees all workspaces.
    /// - Parameter workspace: nil: all of them.
    public func openCircuits(in workspace: String? = nil) async throws -> [OpenCircuit] {
        try await WorkspaceLookup.require(workspace, on: database)
        let rows = try await database.query(Self.circuitsSQL, [.string(workspace)])
        let circuits = try rows.map { row in
            OpenCircuit(
                scope: try row.decode(String.self, "scope"), id: try row.decode(String.self, "id"), state: "open",
                until: try row.date("until"), reason: Words.cut(try row.decode(String.self, "reason"), most: 300))
        }
        guard workspace == nil else { return circuits }
        return await openGateways() + circuits
    }

    /// None when no shard answers in time.
    private func openGateways() async -> [OpenCircuit] {
        await StatusReader(self).openBreakers().map {
            OpenCircuit(scope: "gateway", id: $0, state: "open", until: nil, reason: "requests to it fail")
        }
    }
}
