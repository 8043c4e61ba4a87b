/// One fault of a schedule: what, to whom, from when to when.
public struct Fault: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        // The process dies before its next effect or a few after; it starts again when the fault ends.
        case shardCrash, coordinatorCrash
        // SIGSTOP and SIGCONT.
        case shardFreeze, coordinatorFreeze
        // A graceful stop and a new start.
        case shardRoll
        // A node's way to the database.
        case shardCutFromDatabase, coordinatorCutFromDatabase
        case databaseDown, databaseSlow, answersLost
        case busDown, busLossy, busRepeats, busLate
        case hostRefuses, hostErrors, hostHangs, hostLimits, deviceOffline, slowPath
    }

    public var kind: Kind
    /// Milliseconds since the start.
    public var begins: Int64
    public var ends: Int64
    /// A node or a gateway host, by number modulo how many there are.
    public var target: Int
    /// A percentage, or for a crash how many effects are still carried out.
    public var degree: Int

    public var description: String { "\(kind.rawValue)(\(target), \(degree)) \(begins)...\(ends) ms" }
}
