internal import FoundationEssentials

/// The key of an attempt's ledger row. Where a gateway hands back what a request told it, its receipts name the row by
/// this text.
public struct AttemptKey: Hashable, Sendable, LosslessStringConvertible {
    public var contact: ContactID
    public var attempt: Int32
    /// Days since 1970-01-01 UTC: the ledger's partition.
    public var day: Int32

    public init(contact: ContactID, attempt: Int32, day: Int32) {
        self.contact = contact
        self.attempt = attempt
        self.day = day
    }

    public init(_ reservation: Reservation) {
        self.init(contact: reservation.claim.contact, attempt: reservation.attempt, day: reservation.day)
    }

    /// As ``description`` writes it. Nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let contact = UUID(uuidString: String(parts[0])), let attempt = Int32(parts[1]),
            let day = Int32(parts[2]), attempt > 0, 0...Self.lastDay ~= day
        else { return nil }
        self.init(contact: ContactID(rawValue: contact), attempt: attempt, day: day)
    }

    /// `<contact>.<attempt>.<day>`: nothing in it needs an escape in a URL.
    public var description: String { "\(contact.rawValue.uuidString.lowercased()).\(attempt).\(day)" }

    /// The end of the year 9999.
    private static let lastDay: Int32 = 2_932_896
}
