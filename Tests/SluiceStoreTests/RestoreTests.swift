import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// A database that came back from a backup: noticed, held, confirmed.
@Suite struct RestoreTests {
    /// What makes a coordinator take the database for a restored one, by what it changes in it.
    static let evidence: [(change: String, noticed: String?)] = [
        ("SELECT", nil),
        ("UPDATE database_identity SET system_identifier = system_identifier - 1", "another PostgreSQL cluster"),
        ("UPDATE database_identity SET database = '1'", "another database"),
        ("UPDATE database_identity SET timeline = '00000000'", "timeline"),
        // A leader that left says nothing about when.
        ("UPDATE coordinator_lease SET expires_at = '-infinity'", nil),
        ("UPDATE coordinator_lease SET expires_at = now() - interval '2 hours'", "fell silent"),
        ("UPDATE coordinator_lease SET expires_at = now() - interval '30 minutes'", nil),
    ]

    @Test(arguments: evidence)
    func aRestoreIsNoticedByWhatRemainsOfIt(change: String, noticed: String?) async throws {
        try await PostgresWorld.with { world in
            try await world.sql.execute(script: change)
            _ = try await world.leader.register(node: .test("c1", .coordinator))
            let found = try await world.sql.query("SELECT evidence FROM restores").column(String.self, at: 0)
            #expect(found.count == (noticed == nil ? 0 : 1))
            if let noticed { #expect(found.first?.contains(noticed) == true, "\(found)") }
            _ = try await world.leader.register(node: .test("c2", .coordinator))
            #expect(try await world.count("restores") == found.count, "noticed once")
        }
    }

    @Test func aPromotedStandbyWhoseLeaderJustLivedIsNoBackup() async throws {
        try await PostgresWorld.with { world in
            try await world.sql.execute(
                script: """
                    UPDATE database_identity SET timeline = '00000000';
                    UPDATE coordinator_lease SET expires_at = now() - interval '20 seconds'
                    """)
            _ = try await world.leader.register(node: .test("c1", .coordinator))
            #expect(try await world.count("restores") == 0)
            // The next silence is measured against the new timeline.
            try await world.sql.query("UPDATE coordinator_lease SET expires_at = now() - interval '5 minutes'")
            _ = try await world.leader.register(node: .test("c2", .coordinator))
            #expect(try await world.count("restores") == 0)
        }
    }

    @Test func nothingThatWasHandedOutBeforeCounts() async throws {
        try await PostgresWorld.with { world in
            _ = try await world.addDevice("60111111111", workspace: "default")
            let old = try await world.leader.register(node: .test("c1", .coordinator))
            let term = try #require(try await world.leader.renew(old, leading: nil).leading)
            let shard = try await world.shard.register(node: .test("s1", .shard))
            let owned = try await world.leader.assign(
                [SlotGrant(slot: HashSlot(rawValue: 7)!, owner: shard)], term: term)
            try await world.sql.query("SELECT sluice_declare_restore('test', 'test')")
            _ = try await world.addDevice("60122222222", workspace: "default")
            await NodeTests.expectLeaseLost { _ = try await world.leader.renew(old, leading: term) }
            await NodeTests.expectLeaseLost { _ = try await world.shard.renew(shard) }
            let new = try await world.leader.register(node: .test("c1", .coordinator))
            #expect(new.rawValue > old.rawValue + 1_000_000)
            let later = try #require(try await world.leader.renew(new, leading: nil).leading)
            #expect(later.rawValue > term.rawValue + 1_000_000)
            let again = try await world.shard.register(node: .test("s1", .shard))
            #expect(try await world.leader.liveShards().members.isEmpty, "nobody owns anything until it is confirmed")
            #expect(try await world.leader.slotOwnerships().allSatisfy { $0.owner == nil })
            #expect(try await world.count("device_caps WHERE history_from IS NULL") == 0)
            #expect(try await world.confirm(nil) == 0)
            #expect(try await world.leader.liveShards().members.map(\.incarnation) == [again])
            #expect(try await world.count("device_caps WHERE history_from IS NOT NULL") == 0, "nothing was sent")
            let taken = try await world.leader.assign(
                [SlotGrant(slot: HashSlot(rawValue: 7)!, owner: again)], term: later)
            #expect(taken[0].epoch.rawValue > owned[0].epoch.rawValue + 1_000_000)
        }
    }

    @Test func whatMayHaveBeenSentIsUnknownAndListed() async throws {
        try await PostgresWorld.with { world in
            let device = try await world.addDevice("60111111111", workspace: "default")
            let sequence = try await world.addSequence(
                [StepSpec(trigger: "a", next: "b", delayHours: 1), StepSpec(trigger: "b")], device: device,
                workspace: "default",
                onUnknown: "continue")
            for (phone, due) in [("60100000001", "-1 hour"), ("60100000002", "1 hour"), ("60100000003", "-1 minute")] {
                try await world.sql.query(
                    """
                    INSERT INTO sequence_contacts (sequence_id, contact_phone, current_trigger, next_trigger_time)
                    VALUES ($1, $2, 'a', now() + $3::text::interval)
                    """, [.uuid(sequence), .string(phone), .string(due)])
            }
            // One that the backup caught in flight, and one that it caught claimed.
            try await world.sql.execute(
                script: """
                    SET sluice.internal = on;
                    INSERT INTO sequence_contacts (sequence_id, contact_phone, recipient, workspace_id, source_id, status,
                        current_trigger, next_trigger_time, claim_state, claim_batch, attempts, reserved_day)
                    SELECT id, '6010000001' || n, '6010000001' || n, 'default', id::text, 'active', 'a',
                        now() + interval '1 hour', n, 99, n - 1, CASE n WHEN 2 THEN current_date END
                    FROM sequences, generate_series(1, 2) n;
                    INSERT INTO send_ledger (day, contact_id, attempt, workspace_id, generation, moves, batch, device_id,
                        cap_key, slot, epoch, incarnation, recipient, source_id, step_trigger, reserved_at, deadline)
                    SELECT current_date, id, 1, 'default', generation, 0, 99, id, 'k', 1, 1, 1, recipient, source_id, 'a',
                        now(), now() FROM sequence_contacts WHERE claim_state = 2;
                    SET sluice.internal = ''
                    """)
            try await world.sql.query("SELECT sluice_declare_restore('test', 'test')")
            #expect(try await world.confirm("now()") == 3)
            let unknown = try await world.sql.query(
                "SELECT recipient FROM sequence_contacts WHERE status = 'unknown' ORDER BY recipient"
            ).column(String.self, at: 0)
            #expect(unknown == ["60100000001", "60100000003", "60100000012"])
            #expect(try await world.count("sequence_contacts WHERE claim_state <> 0") == 0)
            #expect(try await world.count("send_ledger WHERE state = 'unknown' AND code = 'restored'") == 3)
            #expect(
                try await world.count(
                    "send_ledger l JOIN sequence_contacts c ON c.id = l.contact_id AND c.attempts = l.attempt") == 3)
            // The counts that users see agree with the rows.
            let tallied = try await world.sql.query(
                "SELECT sum(n)::bigint FROM contact_tally_changes WHERE status = 'unknown'"
            ).scalar(Int64.self)
            #expect(tallied == 3)
            #expect(try await world.count("device_caps WHERE history_from IS NULL") == 0, "caps count as full")
            #expect(try await world.confirm("now()") == 0, "there is nothing left to confirm")
        }
    }
}

extension PostgresWorld {
    fileprivate func count(_ what: String) async throws -> Int {
        Int(try await sql.query("SELECT count(*) FROM \(what)").scalar(Int64.self))
    }

    /// Sweeps all contacts and confirms. `until` is SQL; nil: nothing was sent.
    fileprivate func confirm(_ until: String?) async throws -> Int {
        let at = try await sql.query("SELECT \(until ?? "NULL")::timestamptz").scalar(PostgresTimestamp?.self)
        return try await sql.withTransaction(.readCommitted, deadline: .seconds(10)) { transaction in
            let first = try await RestoreConfirmation.sweep(after: nil, sentUntil: at, in: transaction)
            if let last = first.last {
                let rest = try await RestoreConfirmation.sweep(after: last, sentUntil: at, in: transaction)
                #expect(rest.unknown == 0 && rest.last == nil)
            }
            _ = try await RestoreConfirmation.finish(sentUntil: at, by: "test", in: transaction)
            return first.unknown
        }
    }
}
