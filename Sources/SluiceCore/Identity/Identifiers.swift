public import FoundationEssentials

/// One enrollment: the row of `sequence_contacts` with this id.
public struct ContactID: RawRepresentable, Hashable, Sendable {
    public var rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One sending number: the row of `user_devices` with this id.
public struct DeviceID: RawRepresentable, Hashable, Sendable {
    public var rawValue: UUID
    public init(rawValue: UUID) { self.rawValue = rawValue }
}

/// One device and one source of work on it: the row of `lanes` with this id.
public struct LaneID: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public static func < (left: LaneID, right: LaneID) -> Bool { left.rawValue < right.rawValue }
}

/// One life of one node: the row of `node_fences` with this id. The database numbers them, so none is ever used twice.
public struct Incarnation: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public static func < (left: Incarnation, right: Incarnation) -> Bool { left.rawValue < right.rawValue }
}

/// One reign of one leading coordinator. Rises by one with every change of leader and is never shared (I10).
public struct Term: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public static func < (left: Term, right: Term) -> Bool { left.rawValue < right.rawValue }
}

/// One ownership of one hash slot. Rises by one with every change of owner and never falls (I10).
public struct Epoch: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public static func < (left: Epoch, right: Epoch) -> Bool { left.rawValue < right.rawValue }
}

/// A claimed batch, and the token that each of its contacts carries while claimed or reserved.
///
/// Unique across leaders: the upper bits are the leader's term, which no two leaders share.
public struct BatchID: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// The `ordinal`th batch of `term`. 2^31 terms of 2^32 batches each.
    public init(term: Term, ordinal: UInt32) {
        rawValue = term.rawValue << 32 | Int64(ordinal)
    }

    public var term: Term { Term(rawValue: rawValue >> 32) }
    public static func < (left: BatchID, right: BatchID) -> Bool { left.rawValue < right.rawValue }
}
