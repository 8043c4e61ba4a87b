internal import SluiceCore

/// A node's process, which starts, freezes, dies and starts again.
struct NodeProcess {
    let name: String
    let clock: NodeClock
    /// Counts the starts, so that what was planned for an earlier one is known as such.
    var process = 0
    var isUp = false
    var isFrozen = false
    /// Asked to stop gracefully.
    var isStopping = false
    /// What came while it was frozen, in order.
    var held: [Occurrence] = []
    /// Effects until it dies; nil when it is not to.
    var effectsLeft: Int?
    /// The number of the effect before which it dies; nil when it is not to.
    var diesBefore: UInt64?
    /// What the node knows of the database's clock, over all its lives of one process.
    var watch = ClockWatch()
}

/// One incarnation of a shard and the shell's state around its machine.
struct ShardLife {
    let node: Int
    let process: Int
    let incarnation: Incarnation
    var machine: ShardMachine
    var isAlive = true
    /// The lease is lost; the machine only lets open requests end.
    var isLost = false
    /// Hosts of requests that were started and have not ended.
    var openSends: [SendID: Int] = [:]
    /// Batches of its own that came, in order.
    var batchesHeard: [BatchID] = []
    /// When it is woken next.
    var alarm: Int64?
}

/// One incarnation of a coordinator and the shell's state around its machine, which follows `LeadState`.
struct CoordinatorLife {
    let node: Int
    let process: Int
    let incarnation: Incarnation
    var machine: CoordinatorMachine
    var lease: Lease
    var isAlive = true
    var term: Term?
    /// The last term this incarnation led and left.
    var ended = Term(rawValue: -1)
    var wasCutOff = false
    /// What it said last as leader.
    var beacon: Beacon?
    var alarm: Int64?
}
