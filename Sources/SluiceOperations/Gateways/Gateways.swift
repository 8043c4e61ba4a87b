internal import PostgresDriver
internal import SluiceCore

/// A gateway as it is shown: its credentials by name only.
public struct GatewayLine: Codable, Hashable, Sendable {
    public var id: String
    public var dialect: String
    public var baseURL: String
    public var credentials: [String]
    public var isDefault: Bool
    /// Devices that name it, or take it as the default.
    public var devices: Int
}

/// A gateway to be added.
public struct NewGateway: Sendable {
    public var id: String
    public var dialect: String
    public var baseURL: String
    /// By meaning: `username`, `password`, `token`, `secret`, `header`.
    public var credentials: [String: String] = [:]
    public var isDefault = false

    public init(id: String, dialect: String, baseURL: String) {
        self.id = id
        self.dialect = dialect
        self.baseURL = baseURL
    }
}

extension OperatorSession {
    public func listGateways() async throws -> [GatewayLine] {
        let rows = try await database.query(
            """
            SELECT g.id, g.dialect, g.base_url, g.is_default,
                sluice_credential_names(g.id) AS credentials,
                (SELECT count(*) FROM device_caps c
                    WHERE c.gateway_id = g.id OR c.gateway_id IS NULL AND g.is_default) AS devices
            FROM gateways g ORDER BY g.id LIMIT 10000
            """)
        return try rows.map { row in
            GatewayLine(
                id: try row.decode(String.self, "id"), dialect: try row.decode(String.self, "dialect"),
                baseURL: try row.decode(String.self, "base_url"),
                credentials: try row.decode([String].self, "credentials"),
                isDefault: try row.decode(Bool.self, "is_default"), devices: Int(try row.decode(Int64.self, "devices")))
        }
    }

    /// Adds a gateway. A new default takes the place of the old one, which stays for the devices that name it.
    public func addGateway(_ gateway: NewGateway) async throws {
        guard !gateway.id.isEmpty else { throw OperationsError.invalid(field: "id", message: "must not be empty") }
        guard Dialect(rawValue: gateway.dialect) != nil else {
            throw OperationsError.notFound(kind: "dialect", given: gateway.dialect, nearest: Dialect.names)
        }
        try GatewayValues.check(url: gateway.baseURL)
        let credentials = try JSONText.compact(gateway.credentials)
        try await change { change in
            if gateway.isDefault { try await change.query("UPDATE gateways SET is_default = false WHERE is_default") }
            let added = try await change.query(
                """
                INSERT INTO gateways (id, dialect, base_url, credentials, is_default) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (id) DO NOTHING RETURNING id
                """,
                [
                    .string(gateway.id), .string(gateway.dialect), .string(gateway.baseURL), .jsonb(credentials),
                    .bool(gateway.isDefault),
                ])
            guard !added.isEmpty else {
                throw OperationsError.refused(
                    code: "gateway_exists", message: "there is a gateway \"\(gateway.id)\" already")
            }
            try await change.record(
                "gateways.add", target: gateway.id,
                after: [
                    "dialect": gateway.dialect, "baseURL": gateway.baseURL, "default": "\(gateway.isDefault)",
                    "credentials": gateway.credentials.keys.sorted().joined(separator: ","),
                ])
        }
    }
}

enum GatewayLookup {
    /// - Throws: ``OperationsError/notFound(kind:given:nearest:)`` when there is no such gateway.
    static func require(_ id: String, on database: any PostgresExecutor) async throws {
        let ids = try await database.query("SELECT id FROM gateways ORDER BY id LIMIT 10000").column(String.self, at: 0)
        guard ids.contains(id) else {
            throw OperationsError.notFound(kind: "gateway", given: id, nearest: NearMatches.of(id, among: ids))
        }
    }
}
