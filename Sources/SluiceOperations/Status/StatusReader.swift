internal import FoundationEssentials
internal import NATSDriver
internal import PostgresDriver
internal import SluiceStore
internal import SluiceWire

/// Looks at the whole cluster: asks every node over NATS and the database at the same time, and never fails: what does
/// not answer is a finding.
public struct StatusReader: Sendable {
    /// How long nodes have to answer.
    static let askingNodes: Duration = .milliseconds(800)
    /// More nodes than any cluster has; bounds what is kept of the answers.
    private static let mostNodes = 4_096
    /// One section of the database's part.
    private static let section: Duration = .seconds(2)
    /// Reading the ledger is the one part whose cost grows with the day's traffic, so a watch takes it only so often.
    private static let usageKept: Duration = .seconds(10)

    private let session: OperatorSession
    private let natsError: String?
    private var usage: (rows: [String: CapUsage], at: ContinuousClock.Instant)?

    /// - Parameter natsError: why the session has no NATS connection, when it has none.
    public init(_ session: OperatorSession, natsError: String? = nil) {
        self.session = session
        self.natsError = natsError
    }

    /// One look.
    public mutating func read() async -> StatusReport {
        var facts = ClusterFacts(at: Date(), schemaNeeded: SchemaVersion.needed, natsError: natsError)
        let reader = self
        async let nodes = reader.askNodes()
        await readDatabase(into: &facts)
        switch await nodes {
        case .success(let replies): facts.replies = replies
        case .failure(let error): facts.natsError = natsError ?? "\(error)"
        }
        if facts.schemaFound == facts.schemaNeeded, facts.replies.allSatisfy({ $0.shard == nil }) {
            let database = session.database
            facts.lastMinute = await taking("the last minute's sends", &facts) {
                try await LastMinuteQuery.outcomes(database, within: Self.section)
            }
        }
        return StatusReport(facts)
    }

    /// The gateways that shards leave alone now, by host and port; none of shards that do not answer.
    func openBreakers() async -> [String] {
        guard case .success(let replies) = await askNodes() else { return [] }
        return Set(replies.compactMap(\.shard).flatMap(\.openBreakers)).sorted()
    }

    private func askNodes() async -> Result<[NodeStatus], any Error> {
        guard let nats = session.nats else { return .success([]) }
        do {
            let messages = try await nats.requestMany(
                session.subjects.status, payload: StatusRequest().encoded(), collectFor: Self.askingNodes,
                max: Self.mostNodes)
            // An answer that does not decode comes from a build of another time; its node is then named as silent.
            return .success(messages.compactMap { try? NodeStatus(decoding: $0.payload) })
        } catch {
            return .failure(error)
        }
    }

    private mutating func readDatabase(into facts: inout ClusterFacts) async {
        let database = session.database
        do {
            facts.schemaFound = try await SchemaVersion.found(on: database)
        } catch {
            facts.databaseError = "\(error)"
            return
        }
        guard facts.schemaFound == facts.schemaNeeded else { return }
        facts.nodes = await taking("nodes", &facts) { try await NodeQueries.facts(database, within: Self.section) }
        facts.devices = await taking("devices", &facts) {
            try await DeviceQueries.facts(database, within: Self.section)
        }
        facts.contacts = await taking("contacts by status", &facts) {
            try await ContactQueries.facts(database, within: Self.section)
        }
        facts.control = await taking("pauses and sequences", &facts) {
            try await ControlQueries.facts(database, within: Self.section)
        }
        let windows = session.windows
        let rows = await taking("due contacts", &facts) {
            try await LaneQueries.rows(database, windows: windows, within: Self.section)
        }
        guard let rows else { return }
        facts.lanes = LaneQueries.facts(rows, usage: await takeUsage(rows, &facts))
    }

    /// Only keys with due contacts that nothing else holds are looked up: an idle cluster's ledger is not read at all.
    private mutating func takeUsage(_ rows: [LaneQueries.Row], _ facts: inout ClusterFacts) async -> [String: CapUsage]?
    {
        let keys = Set(rows.filter { $0.reason == nil && !$0.isUseUnknown && $0.idle > 0 }.compactMap(\.capKey))
        if keys.isEmpty { return [:] }
        if let usage, ContinuousClock.now - usage.at < Self.usageKept { return usage.rows }
        let (database, windows) = (session.database, session.windows)
        let taken = await taking("use of the caps", &facts) {
            try await CapUsage.of(keys.sorted(), windows: windows, on: database, within: Self.section)
        }
        usage = taken.map { ($0, .now) }
        return taken
    }

    private func taking<Value>(
        _ what: String, _ facts: inout ClusterFacts, _ body: () async throws -> Value
    ) async -> Value? {
        do {
            return try await body()
        } catch let error as PostgresError where error.kind == .timedOut || error.sqlState == "57014" {
            facts.notTaken.append("\(what): it took longer than \(Words.span(Self.section.inSeconds))")
        } catch {
            facts.notTaken.append("\(what): \(error)")
        }
        return nil
    }
}
