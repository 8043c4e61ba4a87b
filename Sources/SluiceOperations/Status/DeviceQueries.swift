internal import PostgresDriver

/// Devices by state, as their gateways last said.
enum DeviceQueries {
    private static let byStateSQL = """
        SELECT CASE WHEN c.paused_at IS NOT NULL THEN 'paused' ELSE coalesce(s.state, 'connected') END AS state,
            count(*)::int AS n,
            (array_agg(coalesce(d.device_name, d.id::text) ORDER BY d.device_name, d.id))[1:3] AS names
        FROM user_devices d JOIN device_caps c ON c.device_id = d.id LEFT JOIN device_states s ON s.device_id = d.id
        GROUP BY 1
        """

    private static let withoutGatewaySQL = """
        SELECT count(*)::int AS n,
            (array_agg(coalesce(d.device_name, d.id::text) ORDER BY d.device_name, d.id))[1:3] AS names
        FROM user_devices d JOIN device_caps c ON c.device_id = d.id
        WHERE c.gateway_id IS NULL AND NOT EXISTS (SELECT FROM gateways WHERE is_default)
        """

    private static let misconfiguredSQL = """
        SELECT count(*)::int AS n, (array_agg(name || ' (' || problem || ')' ORDER BY name))[1:3] AS names
        FROM (
            SELECT coalesce(d.device_name, d.id::text) AS name, \(DeviceSettingsProblem.sql(of: "c")) AS problem
            FROM user_devices d JOIN device_caps c ON c.device_id = d.id) judged
        WHERE problem IS NOT NULL
        """

    static func facts(_ database: any PostgresExecutor, within limit: Duration) async throws -> DeviceFacts {
        let none = DeviceFacts.Group(count: 0, names: [])
        var facts = DeviceFacts(byState: [:], withoutGateway: none, misconfigured: none)
        for row in try await database.query(byStateSQL, deadline: limit) {
            facts.byState[try row.decode(String.self, "state")] = try group(row)
        }
        if let row = try await database.query(withoutGatewaySQL, deadline: limit).first {
            facts.withoutGateway = try group(row)
        }
        if let row = try await database.query(misconfiguredSQL, deadline: limit).first {
            facts.misconfigured = try group(row)
        }
        return facts
    }

    private static func group(_ row: PostgresRow) throws -> DeviceFacts.Group {
        DeviceFacts.Group(
            count: Int(try row.decode(Int32.self, "n")), names: try row.decode([String]?.self, "names") ?? [])
    }
}
