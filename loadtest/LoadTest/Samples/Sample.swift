/// What was seen in one second of a run. Counters count from the start of the thing counted; the analysis takes
/// differences.
public struct Sample: Sendable, Codable, Hashable {
    public struct Gateway: Sendable, Codable, Hashable {
        public var requests = 0
        public var accepted = 0
        public var refused = 0
        public var dropped = 0
        /// At this instant.
        public var open = 0

        func since(_ before: Self) -> Self {
            Gateway(
                requests: requests - before.requests, accepted: accepted - before.accepted,
                refused: refused - before.refused, dropped: dropped - before.dropped, open: open)
        }
    }

    public struct Process: Sendable, Codable, Hashable {
        /// CPU since the sample before, in cores.
        public var cores: Double
        /// That of its busiest thread.
        public var busiestThread: Double
        /// Resident bytes; of PostgreSQL's many processes, those they do not share.
        public var memory: Int
    }

    public struct Database: Sendable, Codable, Hashable {
        public var transactions: Int64 = 0
        /// Inserted, updated and deleted.
        public var rows: Int64 = 0
        public var walBytes: Int64 = 0
        /// Pages written whole into that log: each page's first change after a checkpoint.
        public var fullPages: Int64 = 0
        /// Begun since the server's start.
        public var checkpoints: Int64 = 0
        public var deadContacts: Int64 = 0
        public var deadLedger: Int64 = 0
        /// With indexes.
        public var contactBytes: Int64 = 0
        public var ledgerBytes: Int64 = 0
        /// Shard nodes with a live lease; nil in older files.
        public var liveShards: Int64?
    }

    public struct Nodes: Sendable, Codable, Hashable {
        /// Claims that the shards hold and have not reserved.
        public var queuedClaims = 0.0
        public var openRequests = 0.0
        /// Lanes in the leader's line for a claim.
        public var lanesDue = 0.0
        /// Devices with credit and due work.
        public var devicesGranted = 0.0
    }

    /// Since the release of the work.
    public var seconds: Double
    public var gateway: Gateway?
    /// Seconds that the simulator took to answer this sample, or was waited for in vain; nil in older files.
    public var gatewayWait: Double?
    public var processes: [String: Process] = [:]
    /// Nil when it did not answer in time.
    public var database: Database?
    public var nodes: Nodes?
}
