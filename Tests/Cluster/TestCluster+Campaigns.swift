import PostgresDriver
import RequestLog
import TestSupport
import Testing

extension TestCluster {
    /// From the commit on: the promise, and how long after its reserve a request may arrive.
    private static let (stopsWithin, arrivesWithin) = (1.0, 2.0)

    /// The name of the node that leads.
    func leader() async throws -> String? {
        try await texts("SELECT node_name FROM coordinator_lease JOIN node_leases USING (incarnation)").first
    }

    /// By the database, in seconds.
    func clock() async throws -> Double {
        try await query("SELECT extract(epoch FROM clock_timestamp())::float8").scalar(Double.self)
    }

    /// A campaign to so many subscribers of a page; the leader falls out in the midst of its fan-out, by `fault`.
    @discardableResult
    func enterCampaign(
        of subscribers: Int, page: Int64, within limit: Duration = .seconds(60),
        fault: @Sendable (String) async throws -> Void
    ) async throws -> Int64 {
        let run = try await addCampaign(subscribers: subscribers, page: page)
        try await eventually("the first chunk", within: .seconds(30)) {
            try await number("SELECT count(*) FROM message_runs WHERE id = \(run) AND fan_out_after IS NOT NULL") == 1
        }
        let leader = try #require(try await leader())
        try await fault(leader)
        try await eventually("everybody to be entered", within: limit) {
            try await number("SELECT count(*) FROM message_runs WHERE id = \(run) AND fanned_out_at IS NOT NULL") == 1
        }
        let people = try await texts(
            """
            SELECT count(*) || ' ' || count(DISTINCT recipient) FROM sequence_contacts
            WHERE kind = 'campaign' AND source_id = '\(run)'
            """)
        #expect(people == ["\(subscribers) \(subscribers)"])
        return run
    }

    /// Cancels a campaign by one statement, as people write it. Nothing more is sent, and what is told of it is what a
    /// count finds.
    func cancelCampaign(_ run: Int64, within limit: Duration = .seconds(60)) async throws {
        try await query("UPDATE message_runs SET status = 'cancelled' WHERE id = \(run)")
        try await nothingIsSent(of: run, since: try await clock())
        try await eventually("the rest to be cancelled", within: limit) {
            try await number("SELECT count(*) FROM message_runs WHERE id = \(run) AND completed_at IS NOT NULL") == 1
        }
        let recounted = try await texts(
            """
            SELECT count(*) || ' ' || count(*) FILTER (WHERE status = 'completed') || ' '
                || count(*) FILTER (WHERE status NOT IN ('completed', 'cancelled'))
            FROM sequence_contacts WHERE kind = 'campaign' AND source_id = '\(run)'
            """)
        let told = try await texts(
            "SELECT concat_ws(' ', total_messages, success_count, failure_count) FROM message_runs WHERE id = \(run)")
        #expect(recounted == told)
    }

    /// Waits until what was in flight at `stop`, by ``clock()``, has ended, and looks whether anything came later.
    func nothingIsSent(of run: Int64, since stop: Double) async throws {
        try await eventually("what is in flight to end, and for what comes late to have come") {
            let open = try await number("SELECT coalesce(sum(n), 0) FROM in_flight_counts WHERE source_id = '\(run)'")
            let passed = try await clock() - stop
            return open == 0 && passed > Self.stopsWithin + Self.arrivesWithin
        }
        let late = try await number(
            """
            SELECT count(*) FROM send_ledger
            WHERE source_id = '\(run)' AND extract(epoch FROM reserved_at) > \(stop + Self.stopsWithin)
            """)
        #expect(late == 0, "reserved later than a second after it was stopped")
        let recipients = Set(try await texts("SELECT recipient FROM send_ledger WHERE source_id = '\(run)'"))
        let last = Int64((stop + Self.stopsWithin + Self.arrivesWithin) * 1e9)
        let arrived = try acceptedMessages().filter { recipients.contains($0.recipient) }
        #expect(arrived.allSatisfy { $0.nanoseconds <= last })
    }
}
