/// A statement under way and what it was about.
enum ShardStatement: Sendable {
    case look(asked: MonotonicTime)
    case ownership(version: Int64)
    /// `control`: the version of the profiles known when it began. `clock`: what was known of the database's then.
    case takeOver([HashSlot], control: Int64, clock: ClockReading, asked: MonotonicTime)
    case devices([HashSlot], version: Int64)
    case fetch(BatchID)
    case reserve([Attempt], isUrgent: Bool)
    case settle([SettleItem])
    case setAside([SettleItem])
    case release([ReleaseItem])
    case abort([ReleaseItem])
    case reportFault(FaultyClaim)
    case giveUp([HashSlot])

    /// Whether it is split when it is refused, until the row at fault is alone.
    var isSplit: Bool {
        switch self {
        case .reserve, .settle, .setAside: true
        case .look, .ownership, .takeOver, .devices, .fetch, .release, .abort, .reportFault, .giveUp: false
        }
    }
}

/// The gates of the kinds of statements.
struct StatementGates: Sendable {
    var look: StatementGate
    var ownership: StatementGate
    var takeOver: StatementGate
    var devices: StatementGate
    var fetch: StatementGate
    var reserve: StatementGate
    var urgentReserve: StatementGate
    var settle: StatementGate
    var aside: StatementGate
    var release: StatementGate
    var abort: StatementGate
    var fault: StatementGate
    var giveUp: StatementGate

    init(limits: ShardLimits) {
        let single = StatementGate(limit: 1, backoff: limits.retryBackoff)
        look = single
        ownership = single
        devices = single
        release = single
        abort = single
        fault = single
        aside = single
        // One of each at a time: while it commits, the next is collected. Two beside each other are half as large, and
        // a statement costs as much as ten of its rows.
        reserve = StatementGate(limit: 1, backoff: limits.settleBackoff)
        urgentReserve = reserve
        settle = reserve
        giveUp = single
        takeOver = StatementGate(limit: limits.concurrentTakeOvers, backoff: limits.retryBackoff)
        fetch = StatementGate(limit: limits.concurrentFetches, backoff: limits.retryBackoff)
    }

    /// The gate a statement went through.
    subscript(_ statement: ShardStatement) -> StatementGate {
        get { self[keyPath: Self.path(of: statement)] }
        set { self[keyPath: Self.path(of: statement)] = newValue }
    }

    private static func path(of statement: ShardStatement) -> WritableKeyPath<StatementGates, StatementGate> {
        switch statement {
        case .look: \.look
        case .ownership: \.ownership
        case .takeOver: \.takeOver
        case .devices: \.devices
        case .fetch: \.fetch
        case .reserve(_, let isUrgent): isUrgent ? \.urgentReserve : \.reserve
        case .settle: \.settle
        case .setAside: \.aside
        case .release: \.release
        case .abort: \.abort
        case .reportFault: \.fault
        case .giveUp: \.giveUp
        }
    }
}
