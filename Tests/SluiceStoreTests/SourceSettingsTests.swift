import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// Settings of a source that hold its messages back.
@Suite struct SourceSettingsTests {
    @Test func aRateHoldsOverAllLanesAndLeaders() async throws {
        try await SourceTests.withCampaign(contacts: 30, settings: "rate_per_minute = 7") { world, cluster in
            let first = try await cluster.claim(2)
            #expect(first.claims.count == 6 && first.result.pacedUntil.isEmpty)
            let second = try await cluster.claim(2, ordinal: 2)
            #expect(second.claims.count == 1 && second.result.pacedUntil.count == 3)
            // Another leader knows no more than the database.
            try await world.sql.query("UPDATE coordinator_lease SET term = term + 1")
            let later = Cluster(
                world: world, coordinator: cluster.coordinator, term: Term(rawValue: cluster.term.rawValue + 1),
                node: cluster.node)
            let third = try await later.claim(5, ordinal: 3)
            #expect(third.claims.isEmpty && third.result.next.values.allSatisfy { $0 != nil })
            let left = try await world.sql.query(
                """
                SELECT extract(epoch FROM max(u) - now())::float8 FROM unnest($1::timestamptz[]) u
                """,
                [
                    .timestampArray(
                        third.result.pacedUntil.values.map {
                            PostgresTimestamp(microsecondsSinceEpoch: $0.microseconds)
                        })
                ]
            ).scalar(Double.self)
            #expect(left > 30 && left < 60.2)
            // Half a minute later nothing has changed; after the minute there is room for as many again.
            try await world.age(paces: 30)
            #expect(try await later.claim(5, ordinal: 4).claims.isEmpty)
            try await world.age(paces: 31)
            #expect(try await later.claim(5, ordinal: 5).claims.count == 7)
            try await world.sql.query("UPDATE sources SET rate_per_minute = 9")
            #expect(try await later.claim(5, ordinal: 6).claims.count == 2)
            try await world.sql.query("UPDATE sources SET rate_per_minute = NULL")
            #expect(try await later.claim(10, ordinal: 7).claims.count == 14)
        }
    }

    @Test func twoClaimsNeverCountOnTheSameRoom() async throws {
        try await SourceTests.withCampaign(contacts: 60, settings: "rate_per_minute = 10") { _, cluster in
            var requests: [ClaimRequest] = []
            for ordinal in 1...6 { requests.append(try await cluster.request(4, ordinal: UInt32(ordinal))) }
            let claimed = try await withThrowingTaskGroup(of: Int.self) { [requests] group in
                for request in requests {
                    group.addTask {
                        try await cluster.world.leader.claim(request, lasting: .seconds(30)).batches
                            .reduce(0) { $0 + $1.claims.count }
                    }
                }
                return try await group.reduce(0, +)
            }
            // One that found the row taken had no room for a moment.
            let rest = try await cluster.claim(10, ordinal: 9).claims.count
            #expect(claimed <= 10 && claimed + rest == 10)
        }
    }

    @Test func quietHoursPutAMessageOffToTheirEnd() async throws {
        let quiet = """
            quiet_from = ((now() AT TIME ZONE 'Europe/Madrid') - interval '1 hour')::time(0),
            quiet_to = ((now() AT TIME ZONE 'Europe/Madrid') + interval '1 hour')::time(0)
            """
        try await SourceTests.withCampaign(contacts: 2, settings: quiet) { world, cluster in
            try await world.sql.query("UPDATE workspaces SET time_zone = 'Europe/Madrid'")
            try await world.sql.query(
                "UPDATE sequence_contacts SET time_zone = 'Asia/Tokyo' WHERE recipient = '629000000001'")
            let verdicts = try await cluster.verdicts(try await cluster.claim().claims)
            let released = verdicts.compactMap { verdict -> DatabaseTime? in
                guard case .released(reason: "quiet_hours", let due) = verdict else { return nil }
                return due
            }
            #expect(verdicts.count == 2 && released.count == 1)
            let contact = try await world.contacts()[0]
            #expect(contact.status == "active" && contact.claimState == 0 && contact.due == released.first)
            #expect(3_500...3_601 ~= contact.dueIn ?? 0)
            #expect(try await world.attempts(of: contact.id).isEmpty)
            try await Counts.expectExact(world)
        }
    }

    @Test func whatWouldBeLateAfterTheQuietHoursIsDropped() async throws {
        let settings = """
            quiet_from = ((now() AT TIME ZONE 'UTC') - interval '1 hour')::time(0),
            quiet_to = ((now() AT TIME ZONE 'UTC') + interval '1 hour')::time(0), expires_after = '30 minutes'
            """
        try await SourceTests.withCampaign(contacts: 1, settings: settings) { world, cluster in
            let claims = try await cluster.claim().claims
            #expect(try await cluster.verdicts(claims) == [.released(reason: "expired", due: nil)])
            #expect(try await world.contacts()[0].status == "cancelled")
        }
    }

    @Test func anExpiryCountsFromWhenTheMessageWasFirstDue() async throws {
        try await SourceTests.withCampaign(contacts: 2, settings: "expires_after = '1 hour'") { world, cluster in
            try await world.sql.query(
                """
                UPDATE sequence_contacts SET next_trigger_time = now() - interval '61 minutes'
                WHERE recipient = '629000000000'
                """)
            let open = try await cluster.reserveAll()
            #expect(open.map(\.recipient) == ["629000000001"])
            #expect(try await world.contacts().map(\.lastError) == ["expired", nil])
            // A refusal puts the due time off and not the end.
            try await cluster.settle(open, .retry)
            let left = try await world.sql.query(
                """
                SELECT extract(epoch FROM expires_at - now())::float8 FROM sequence_contacts
                WHERE recipient = '629000000001'
                """
            ).scalar(Double.self)
            #expect(3_500...3_600 ~= left)
            try await world.sql.execute(
                script: """
                    SET sluice.internal = 'on';
                    UPDATE sequence_contacts SET expires_at = now(), next_trigger_time = now() WHERE status = 'active';
                    SET sluice.internal = 'off'
                    """)
            #expect(try await cluster.reserveAll(ordinal: 2).isEmpty)
            try await Counts.expectExact(world)
        }
    }

    @Test func theNextMessageIsGoodForATimeOfItsOwn() async throws {
        try await SourceTests.withCampaign(contacts: 1, settings: "expires_after = '1 hour'") { world, cluster in
            try await world.addStep("second", text: "Again", next: nil)
            try await world.sql.query("UPDATE sequence_steps SET next_trigger = 'second' WHERE trigger = 'hello'")
            try await cluster.settle(try await cluster.reserveAll(), .sent)
            #expect(
                try await world.sql.query("SELECT expires_at IS NULL AND status = 'active' FROM sequence_contacts")
                    .scalar(Bool.self))
        }
    }

    /// Every quarter of an hour of days on which clocks change, against what the clock on the wall says.
    @Test(arguments: [
        ("Europe/Madrid", "2026-03-28", "22:00", "08:00"), ("Europe/Madrid", "2026-10-24", "22:00", "02:30"),
        ("America/New_York", "2026-03-07", "02:15", "02:45"), ("America/New_York", "2026-10-31", "00:30", "01:30"),
        ("Australia/Lord_Howe", "2026-04-04", "01:00", "01:45"), ("Asia/Kathmandu", "2026-02-28", "23:59", "00:01"),
        ("Europe/Dublin", "2026-10-24", "01:15", "01:45"), ("UTC", "2028-02-28", "09:00", "17:00"),
    ])
    func quietHoursAreThoseOfTheClockOnTheWall(_ zone: String, _ day: String, _ from: String, _ to: String) async throws
    {
        try await PostgresWorld.with { world in
            let wrong = try await world.sql.query(
                """
                SELECT count(*) FILTER (WHERE (q.until IS NOT NULL) <> w.is_quiet
                        OR q.until <= t.at OR q.until > t.at + interval '26 hours'
                        -- Where they end there is no quiet.
                        OR sluice_quiet_until(q.until, $3::time, $4::time, $1, '') IS NOT NULL),
                    count(q.until)
                FROM generate_series($2::timestamptz, $2::timestamptz + interval '3 days', interval '15 minutes') t(at)
                CROSS JOIN LATERAL (SELECT sluice_quiet_until(t.at, $3::time, $4::time, $1, '') AS until) q
                CROSS JOIN LATERAL (SELECT CASE WHEN $3::time < $4::time
                    THEN (t.at AT TIME ZONE $1)::time >= $3::time AND (t.at AT TIME ZONE $1)::time < $4::time
                    ELSE (t.at AT TIME ZONE $1)::time >= $3::time OR (t.at AT TIME ZONE $1)::time < $4::time END
                    AS is_quiet) w
                """, [.string(zone), .string(day), .string(from), .string(to)])[0]
            #expect(try wrong.decode(Int64.self, at: 0) == 0)
            #expect(try wrong.decode(Int64.self, at: 1) > 0)
        }
    }

    @Test func aZoneThatDoesNotExistIsNone() async throws {
        try await PostgresWorld.with { world in
            func zone(_ own: String?, of workspace: String = "default") async throws -> String {
                try await world.sql.query("SELECT sluice_zone($1, $2)", [.string(own), .string(workspace)])
                    .scalar(String.self)
            }
            #expect(try await zone("Asia/Tokyo") == "Asia/Tokyo")
            try await world.sql.query("UPDATE workspaces SET time_zone = 'Europe/Madrid' WHERE id = 'default'")
            #expect(try await zone("Mars/Olympus") == "Europe/Madrid")
            #expect(try await zone(nil) == "Europe/Madrid")
            #expect(try await zone("", of: "nobody's") == "UTC")
        }
    }
}

extension PostgresWorld {
    /// As if what was claimed of paced sources had been claimed so many seconds earlier.
    fileprivate func age(paces seconds: Int) async throws {
        try await sql.query(
            """
            UPDATE source_paces SET claimed_at = ARRAY(
                SELECT t - interval '\(seconds) seconds' FROM unnest(claimed_at) t ORDER BY t)
            """)
    }
}
