internal import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

extension PostgresRow {
    /// The instant in `column`. `±infinity` has no place in a report and reads as nil.
    func date(_ column: String) throws -> Date? {
        guard let time = try decode(PostgresTimestamp?.self, column), time != .infinity, time != .negativeInfinity
        else {
            return nil
        }
        return Date(microseconds: time.microsecondsSinceEpoch)
    }
}

extension Date {
    init(microseconds: Int64) { self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    init(_ time: DatabaseTime) { self.init(microseconds: time.microseconds) }
}

extension Duration {
    /// Seconds with their fraction, for reports.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
