/// Everything a shard needs to know of a device that it owns.
public struct DeviceProfile: Hashable, Sendable {
    public var id: DeviceID
    public var name: String
    public var workspace: String
    /// The key the caps are counted under; several devices may share one.
    public var capKey: String
    public var slot: HashSlot
    public var caps: Caps
    /// Minimum seconds between two sends, drawn anew each time; a step's or a sequence's own range overrides it.
    public var gap: ClosedRange<Duration>
    public var gateway: GatewayProfile
    /// The gateway's own name for the device (GOWA: the session id).
    public var gatewayDevice: String
    public var condition: DeviceCondition
    /// An operator said stop.
    public var isPaused: Bool
    /// Since when the ledger holds every send of this device. Nil: always did. Until a window lies wholly after it, the
    /// device counts as full.
    public var historyFrom: DatabaseTime?
    /// It once had another cap key: what it sent under that one counts under this one, and is in the ledger.
    public var hasMovedKey = false
    /// Of its workspace.
    public var floor = FloorShare.standard
    /// Why its settings cannot be used, in words; it sends nothing then. Nil: they can.
    public var settingsProblem: String?

    public init(
        id: DeviceID, name: String, workspace: String, capKey: String, slot: HashSlot, caps: Caps,
        gap: ClosedRange<Duration>, gateway: GatewayProfile, gatewayDevice: String, condition: DeviceCondition,
        isPaused: Bool, historyFrom: DatabaseTime?
    ) {
        self.id = id
        self.name = name
        self.workspace = workspace
        self.capKey = capKey
        self.slot = slot
        self.caps = caps
        self.gap = gap
        self.gateway = gateway
        self.gatewayDevice = gatewayDevice
        self.condition = condition
        self.isPaused = isPaused
        self.historyFrom = historyFrom
    }
}

/// Where a device's messages go and how.
public struct GatewayProfile: Hashable, Sendable {
    /// The name of a ``Dialect``, or, in a row written by hand or by a newer version, of none that is known here.
    public var dialect: String
    public var baseURL: String
    /// By meaning: `username`, `password`, `token`, `secret`, `header`. Never logged.
    public var credentials: [String: String]
    /// The total time of one request.
    public var httpTimeout: Duration
    /// A_max: how long after the request is abandoned the gateway may still accept it.
    public var acceptsLateFor: Duration

    public init(
        dialect: String, baseURL: String, credentials: [String: String], httpTimeout: Duration, acceptsLateFor: Duration
    ) {
        self.dialect = dialect
        self.baseURL = baseURL
        self.credentials = credentials
        self.httpTimeout = httpTimeout
        self.acceptsLateFor = acceptsLateFor
    }
}
