/// The order in which lanes compete for a device: lower goes first.
///
/// Users give priorities as free integers (a trigger 1, a campaign 100). They map to at most eight classes, so that the
/// leader can keep a queue per class instead of a sort per claim.
public struct PriorityClass: RawRepresentable, Hashable, Comparable, Sendable {
    public static let count = 8

    /// Among devices, one turn of so many is the least urgent's, so that a stream of triggers leaves campaigns a tenth.
    /// On one device it is its workspace's ``FloorShare``.
    static let turnsPerLowest = 10

    public var rawValue: UInt8

    /// Nil unless `rawValue` is below ``count``.
    public init?(rawValue: UInt8) {
        guard rawValue < Self.count else { return nil }
        self.rawValue = rawValue
    }

    /// The class of a user's priority. Class bounds: ≤ 1, ≤ 3, ≤ 5, ≤ 10, ≤ 20, ≤ 50, ≤ 100, above.
    /// The same bounds stand in the SQL function `sluice_priority_class`; a store test holds the two together.
    public init(priority: Int) {
        let upperBounds = [1, 3, 5, 10, 20, 50, 100]
        rawValue = UInt8(upperBounds.firstIndex { priority <= $0 } ?? upperBounds.count)
    }

    /// Whether somebody waits for it, as for a trigger's message; sequences and campaigns are below (priority above 5).
    public var isUrgent: Bool { rawValue <= 2 }

    public static func < (left: PriorityClass, right: PriorityClass) -> Bool { left.rawValue < right.rawValue }
}
