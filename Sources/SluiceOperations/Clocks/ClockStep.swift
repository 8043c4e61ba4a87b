public import FoundationEssentials
internal import PostgresDriver
internal import SluiceCore

/// A step of the database's clock that a node saw and that nobody has confirmed: until then a device that changes nodes
/// counts as full there, because the ledger's dates may be wrong.
public struct ClockStep: Hashable, Sendable, Encodable {
    public var node: String
    public var noticedAt: Date
    /// By how much the clock went ahead; negative: back.
    public var seconds: Double
    /// How often this node has seen one since the last confirmation.
    public var times: Int

    /// `ahead by 26 h, seen by shard-1 at …`.
    var words: String {
        let way = seconds < 0 ? "back by" : "ahead by"
        return "\(way) \(Words.span(seconds.magnitude)), seen by \(Words.cut(node)) at \(Words.time(noticedAt))"
    }

    /// Nodes of a cluster, and more than that.
    private static let most = 1_000

    static func open(_ database: any PostgresExecutor, within limit: Duration) async throws -> [ClockStep] {
        try await database.query(
            """
            SELECT node_name, noticed_at, seconds, times FROM clock_steps WHERE confirmed_at IS NULL
            ORDER BY noticed_at DESC, id DESC LIMIT \(most)
            """, deadline: limit
        ).map { row in
            ClockStep(
                node: try row.decode(String.self, "node_name"), noticedAt: try row.date("noticed_at") ?? .distantPast,
                seconds: try row.decode(Double.self, "seconds"), times: Int(try row.decode(Int32.self, "times")))
        }
    }
}

extension OperatorSession {
    /// Steps that nobody has confirmed, the newest first.
    public func clockSteps() async throws -> [ClockStep] {
        try await ClockStep.open(database, within: .seconds(3))
    }

    /// Says that the ledger's dates can be trusted: within a second devices that counted as full for a step's sake
    /// count what the ledger has of them. Leases that a wrong clock made long end when they would have, were they
    /// renewed now: else a node that died meanwhile is not replaced for as long as the clock was ahead.
    /// - Returns: how many nodes had seen a step.
    @discardableResult
    public func confirmClock(reason: String?) async throws -> Int {
        try await change { change in
            let confirmed = try await change.query(
                """
                UPDATE clock_steps SET confirmed_at = clock_timestamp(), confirmed_by = $1
                WHERE confirmed_at IS NULL RETURNING node_name
                """, [.string(actor)])
            try await change.query(
                """
                UPDATE node_leases SET expires_at = clock_timestamp() + lease
                WHERE expires_at > clock_timestamp() + lease
                """)
            try await change.query(
                """
                UPDATE coordinator_lease c SET expires_at = clock_timestamp() + l.longest
                FROM (SELECT coalesce(max(lease), interval '5 seconds') AS longest FROM node_leases) l
                WHERE c.expires_at > clock_timestamp() + l.longest
                """)
            // Claims alike. One that stands longer than a minute by its cluster's setting only comes back early.
            try await change.query(
                """
                UPDATE claim_batches SET expires_at = clock_timestamp() + interval '1 minute'
                WHERE expires_at > clock_timestamp() + interval '1 minute'
                """)
            guard !confirmed.isEmpty else { return 0 }
            try await change.record(
                "clock.confirm", target: "clock",
                after: ["nodes": "\(confirmed.count)", "reason": reason ?? ""])
            return confirmed.count
        }
    }
}
