internal import Logging
internal import NATSDriver
internal import SluiceCore
internal import SluiceStore
internal import SluiceTelemetry

/// What the loops of one life share.
struct CoordinatorParts: Sendable {
    let configuration: CoordinatorConfiguration
    let incarnation: Incarnation
    let store: any CoordinatorStore & WorkStore
    let notifications: StoreNotifications
    let nats: NATSConnection
    let lead: LeadState
    let clockGuard: ClockGuard
    let metrics: CoordinatorMetrics
    let logger: Logger
    let inbox = Inbox<CoordinatorInput>(limit: CoordinatorBounds.inbox)
    let diskFull = DiskFullMemory()
    /// The intake of enrollments may have rows.
    let intake = Signal()
    /// The wake-ups may have rows.
    let wakes = Signal()
    /// Something was settled, so that completions may have rows.
    let completions = Signal()
    /// Slots move, the lead is free, or an operator changed something: a renewal says what.
    let versions = Signal()
    /// The leader has given slots away: a renewal says so at once.
    let assigned = Signal()
    /// An operator changed something about devices or sequences.
    let relocation = Signal()
    /// Something was settled, so that contacts may wait for their branch.
    let branches = Signal()
    /// Somebody wrote something that areas of work may have to take in.
    let work = Signal()
    /// Something was settled, which areas of work may have to tell.
    let settledWork = Signal()
    /// Those that have.
    let areas = Dictionary(uniqueKeysWithValues: WorkArea.allCases.map { ($0, Signal()) })
    /// Contact counts changed.
    let counts = Signal()
    /// The lead was gained: loops that rest while standing by look again.
    let upkeep = Signal()
    private let clock = SystemClock()

    init(
        configuration: CoordinatorConfiguration, incarnation: Incarnation, store: any CoordinatorStore & WorkStore,
        notifications: StoreNotifications, nats: NATSConnection, lead: LeadState, clockGuard: ClockGuard,
        metrics: CoordinatorMetrics, logger: Logger
    ) {
        self.configuration = configuration
        self.incarnation = incarnation
        self.store = store
        self.notifications = notifications
        self.nats = nats
        self.lead = lead
        self.clockGuard = clockGuard
        self.metrics = metrics
        self.logger = logger
    }

    /// The monotonic clock.
    var now: MonotonicTime { clock.now() }
    /// One that runs on while the host is suspended.
    var nowAwakeOrAsleep: MonotonicTime { clock.nowAwakeOrAsleep() }
}
