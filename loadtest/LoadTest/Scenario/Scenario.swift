/// One run, as its file describes it: what there is, what is to be done, and what has to come of it.
public struct Scenario: Sendable, Hashable {
    /// What a run may be compared with.
    public enum Regime: String, Sendable, Codable, CaseIterable {
        /// Real caps, latencies and faults.
        case fidelity
        /// Caps lifted and a gateway that answers at once: what Sluice itself costs.
        case stress
    }

    public struct Cluster: Sendable, Hashable {
        public var shards = 3
        public var coordinators = 2
        public var devices = 3_000
        /// Whether a device pauses 5 to 15 s between two messages.
        public var hasGap = false
    }

    public struct Caps: Sendable, Hashable {
        /// What a device may do that nothing limits.
        static let lifted = 1_000_000

        public var hourly = 80
        public var daily = 800
        public var concurrent = 2
        /// Seconds of an "hour" and a "day"; shorter than they are in life: the run is compressed.
        public var hour = 3_600.0
        public var day = 86_400.0
    }

    public struct Gateway: Sendable, Hashable {
        /// As the simulator takes it: `0`, `200ms`, `350ms/3s`.
        public var latency = "350ms/3s"
        /// Seconds after which a request is given up.
        public var timeout = 10.0
        /// Seconds after that in which it may still be accepted.
        public var lateAccept = 5.0
        /// `NAME=SHARE`, as the simulator takes it.
        public var faults: [String] = []
    }

    /// Contacts that are there before the start. They are spread over the devices that triggers leave free.
    public struct Backlog: Sendable, Hashable {
        /// Due at the start.
        public var contacts = 0
        /// Due at the start, all of them on one device.
        public var hot = 0
        /// Due long after the end.
        public var later = 0
        /// Of a paused sequence with the highest priority, due since yesterday: per device.
        public var pausedPerDevice = 0
        /// Attempts of the last day in the ledger, spread over all devices.
        public var history = 0
    }

    /// An open-loop stream: trigger i comes at start + i / rate, whatever became of the ones before.
    public struct Triggers: Sendable, Hashable {
        /// What a trigger is to the database.
        public enum Way: String, Sendable, CaseIterable {
            /// An UPDATE of `leads.trigger`, which a sequence's entry step names.
            case lead
            /// An INSERT into `trigger_runs`, of a flow.
            case run
        }

        public var by = Way.lead
        /// Per second.
        public var rate = 0.0
        /// So many devices have nothing else to do.
        public var devices = 0
    }

    /// What happens to the cluster, in seconds from the start.
    public struct Incidents: Sendable, Hashable {
        /// The node that is killed with -9: `shard-2`.
        public var kill: String?
        public var killAt = 0.0
        /// From when, and how long, a transaction keeps its snapshot open.
        public var holdAt = 0.0
        public var holdFor = 0.0
    }

    /// The same run again with one key changed.
    public struct Series: Sendable, Hashable {
        public var key: String
        /// How each point's value reads.
        public var values: [String]
    }

    public var name = ""
    public var about = ""
    public var regime = Regime.fidelity
    /// Longest measured time, in seconds. A run without triggers ends when all is sent.
    public var duration = 60.0
    /// Figures count from so many seconds after the start on.
    public var measureAfter = 0.0
    /// Whether the floors are measured in the same run, before the start.
    public var hasFloors = false
    /// Other queues that are measured in the same run, before the start.
    public var peers: [String] = []
    /// Subscribers of the campaign whose fan-out is measured before the start; none is.
    public var fanOut = 0
    public var cluster = Cluster()
    public var caps = Caps()
    public var gateway = Gateway()
    public var backlog = Backlog()
    public var triggers = Triggers()
    public var incidents = Incidents()
    public var series: Series?
    public var targets: [Target] = []

    /// Whether hours or days are shorter than they are in life.
    public var isCompressed: Bool { caps.hour < 3_600 || caps.day < 86_400 }

    /// Devices that the backlog is spread over: the first ones.
    var backlogDevices: Int { cluster.devices - triggers.devices }

    /// Contacts due at the start.
    var dueAtStart: Int { backlog.contacts + backlog.hot }

    /// Rows of contacts that exist before the start.
    var loadedContacts: Int { dueAtStart + backlog.later + backlog.pausedPerDevice * backlogDevices }
}

/// A figure and the bound that it has to keep.
public struct Target: Sendable, Hashable, Codable {
    public enum Bound: String, Sendable, Codable {
        case atLeast = ">="
        case atMost = "<="
    }

    public var figure: String
    public var bound: Bound
    public var value: Double
    /// What is in the way where it is missed, as the scenario's file says; nil when it says nothing.
    public var explanation: String?

    public func isMet(by measured: Double) -> Bool {
        bound == .atLeast ? measured >= value : measured <= value
    }
}
