import PostgresDriver

/// The devices and the gateway a new cluster starts with, in the SQL an operator would use.
struct DevDevices: Sendable {
    var count: Int
    var hasGap: Bool
    var gatewayURL: String
    var gatewayDialect: String

    /// Repeating it adds nothing; a gateway that moved to another port or speaks otherwise now is followed.
    func create(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            INSERT INTO gateways (id, dialect, base_url, is_default)
            VALUES ('dev', $2, $1, NOT EXISTS (SELECT FROM gateways WHERE is_default))
            ON CONFLICT (id) DO UPDATE SET base_url = excluded.base_url, dialect = excluded.dialect
            WHERE (gateways.base_url, gateways.dialect) <> (excluded.base_url, excluded.dialect)
            """, [.string(gatewayURL), .string(gatewayDialect)])
        try await connection.query(
            """
            INSERT INTO user_devices (device_name, phone, min_delay_seconds, max_delay_seconds)
            SELECT name, phone, CASE WHEN $2 THEN 5 ELSE 0 END, CASE WHEN $2 THEN 15 ELSE 0 END
            FROM (SELECT 'device-' || lpad(i::text, greatest(4, length(i::text)), '0') AS name, (491600000000 + i)::text AS phone
                  FROM generate_series(1, $1) AS i) AS wanted
            WHERE NOT EXISTS (SELECT FROM user_devices WHERE device_name = wanted.name)
            """, [.int32(Int32(count)), .bool(hasGap)], deadline: .seconds(120))
    }
}
