/// A partition of the cap keys. The database computes a device's slot (`sluice_hash_slot`, the first 12 bits of the MD5
/// of its cap key), so that the nodes and the SQL that loads a ledger by slot cannot disagree.
public struct HashSlot: RawRepresentable, Hashable, Comparable, Sendable {
    /// How many slots there are. Part of the data: it cannot change in a running database.
    public static let count = 4096

    public var rawValue: UInt16

    /// Nil unless `rawValue` is below ``count``.
    public init?(rawValue: UInt16) {
        guard rawValue < Self.count else { return nil }
        self.rawValue = rawValue
    }

    public static func < (left: HashSlot, right: HashSlot) -> Bool { left.rawValue < right.rawValue }

    /// All slots, in order.
    public static var all: some RandomAccessCollection<HashSlot> & Sendable {
        (0..<UInt16(count)).map { HashSlot(unchecked: $0) }
    }

    private init(unchecked rawValue: UInt16) { self.rawValue = rawValue }
}
