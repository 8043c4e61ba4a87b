/// What the two costly parts do alone on this machine in this run: what Sluice's rate is held against.
public struct Floors: Sendable, Codable, Hashable {
    /// Requests per second of a bare client.
    public var http: Double
    /// Contacts per second through bare claim, reserve and settle.
    public var sql: Double

    /// One machine does one after the other: their times add up.
    public var composed: Double { 1 / (1 / http + 1 / sql) }
}
