public import FoundationEssentials

/// What `sluice status` says, and `GET /api/v1/status`. A figure that is nil was not taken; the finding SLU-005 says
/// why.
public struct StatusReport: Codable, Hashable, Sendable {
    public var at: Date
    public var health: ClusterHealth
    /// The worst first.
    public var findings: [Finding]
    public var leader: Leader?
    public var nodes: [NodeLine]
    public var slots: Slots?
    public var devices: Devices
    public var contacts: Contacts
    /// Attempts that ended in the last 60 s.
    public var lastMinute: Outcomes?
    /// How long the oldest due contact has waited that nothing holds: its device can send now and is not at a cap.
    public var oldestDueWithCapacitySeconds: Double?

    public struct Leader: Codable, Hashable, Sendable {
        public var name: String
        public var incarnation: Int64
        public var term: Int64
        public var leaseEndsAt: Date?
    }

    public struct NodeLine: Codable, Hashable, Sendable {
        public enum State: String, Codable, Sendable, CaseIterable {
            case live
            /// Its lease runs, and it does not answer over NATS.
            case silent
            /// Its lease has ended.
            case lapsed
            /// It answers, and has no lease.
            case unregistered
        }

        public var name: String
        public var role: String
        public var state: State
        public var incarnation: Int64
        public var version: String
        public var host: String
        public var isLeader: Bool
        /// It is stopping.
        public var isDraining: Bool
        /// An operator drained it: `sluice nodes undrain` takes that back.
        public var isDrained: Bool
        public var slots: Int
        public var lastHeartbeatSecondsAgo: Double?
        /// Of this incarnation, while the node answers.
        public var uptimeSeconds: Double?
        public var openRequests: Int?
        public var permits: Int?
        /// Calls of the API answered since its process started.
        public var requestsServed: Int?
        /// NATS messages it had no room for.
        public var messagesDropped: Int?
        public var problems: [String]
    }

    public struct Slots: Codable, Hashable, Sendable {
        public var total: Int
        public var owned: Int
        public var withDevices: Int
        /// Slots that hold a device and have no live owner.
        public var orphanedWithDevices: Int
    }

    public struct Devices: Codable, Hashable, Sendable {
        public var total: Int?
        /// By state: connected, disconnected, logged_out, not_found, banned, paused.
        public var byState: [String: Int] = [:]
        public var atHourlyCap: Int?
        public var atDailyCap: Int?
        public var atConcurrencyCap: Int?
    }

    public struct Contacts: Codable, Hashable, Sendable {
        /// By status, exact.
        public var byStatus: [String: Int] = [:]
        /// Active, and not due yet.
        public var waiting: Int?
        /// Active, due, and not in flight.
        public var due: Int?
        public var claimed: Int?
        public var reserved: Int?
        /// True: due is the least it can be, because counting stopped at a bound.
        public var dueIsAtLeast = false
        /// Contacts that something holds, by what: their own reason, or why their lane cannot send.
        public var heldByReason: [String: Int] = [:]
        public var oldestClaimSeconds: Double?

        public var inFlight: Int? {
            guard let claimed, let reserved else { return nil }
            return claimed + reserved
        }
    }

    public struct Outcomes: Codable, Hashable, Sendable {
        public var sent: Int
        public var failed: Int
        public var unknown: Int
    }
}
