internal import AsyncHTTPClient
internal import PostgresDriver

/// What the two costly parts do alone on this machine in this run: what Sluice's rate is held against.
public struct Floors: Sendable, Codable, Hashable {
    /// Requests per second of a bare client.
    public var http: Double
    /// Contacts per second through bare claim, reserve and settle.
    public var sql: Double

    /// One machine does one after the other: their times add up.
    public var composed: Double { 1 / (1 / http + 1 / sql) }

    /// What a person reads: name, value.
    public var lines: [String] {
        [
            "http_floor \(FigureText.words(http)) requests/s", "sql_floor \(FigureText.words(sql)) contacts/s",
            "composed_floor \(FigureText.words(composed)) messages/s",
        ]
    }

    /// Measures one after the other, each with nothing else to do.
    ///
    /// - Parameter progress: told which one runs; throws when somebody wants the run to end.
    static func measure(
        gatewayURL: String, connection: any PostgresExecutor, progress: (String) throws -> Void
    ) async throws -> Floors {
        try progress("floor: a bare HTTP client to the simulator")
        let http = try await HTTPFloor(gatewayURL: gatewayURL).measure()
        try progress("floor: bare claim, reserve and settle in SQL")
        let sql = try await SQLFloor(connection: connection).measure()
        return Floors(http: http, sql: sql)
    }
}
