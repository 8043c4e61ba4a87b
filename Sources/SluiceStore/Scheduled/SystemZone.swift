internal import Foundation
public import SluiceCore

/// A zone of the time zone database.
public struct SystemZone: ZoneRules {
    private let zone: TimeZone

    /// Nil when there is none of this name.
    public init?(_ name: String) {
        // Foundation takes abbreviations too, and those mean different zones in different places.
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        self.zone = zone
    }

    public func offset(at instant: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
    }
}
