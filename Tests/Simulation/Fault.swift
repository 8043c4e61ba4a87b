/// One fault of a schedule: what, to whom, from when to when.
public struct Fault: Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        // The process dies before its next effect or a few after; it starts again when the fault ends.
        case shardCrash, coordinatorCrash
        // SIGSTOP and SIGCONT.
        case shardFreeze, coordinatorFreeze
        // A graceful stop and a new start.
        case shardRoll
        // An operator drains the node, and undrains it.
        case shardDrained
        // A node's way to the database.
        case shardCutFromDatabase, coordinatorCutFromDatabase
        case databaseDown, databaseSlow, answersLost
        // It is killed, and forgets what need not have reached the disk: claims, and what gateways said of devices.
        case databaseCrash
        // Its disk is full: it refuses every write.
        case databaseFull
        // Its clock is set, and put right when the fault ends. An operator confirms after the heal.
        case databaseStep
        case busDown, busLossy, busRepeats, busLate
        case hostRefuses, hostErrors, hostHangs, hostLimits, deviceOffline, slowPath
        // Somebody holds contacts locked, pauses everything, pauses a device.
        case contactsLocked, everythingPaused, devicePaused
    }

    public var kind: Kind
    /// Milliseconds since the start.
    public var begins: Int64
    public var ends: Int64
    /// A node, a gateway host or a device, by number modulo how many there are.
    public var target: Int
    /// A percentage. For a crash: up to ``mostEffects`` how many effects are still carried out, above it before which
    /// kind of effect the process dies.
    public var degree: Int

    static let mostEffects = 12

    public var description: String { "\(kind.rawValue)(\(target), \(degree)) \(begins)...\(ends) ms" }
}
