import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct SettleTests {
    /// One contact at the first of two steps, 24 hours apart, reserved.
    static func reserved(
        _ world: PostgresWorld, onUnknown: String = "hold"
    ) async throws -> (cluster: Cluster, reservation: Reservation) {
        let device = try await world.addDevice()
        _ = try await world.addSequence(
            [StepSpec(trigger: "a", next: "b", delayHours: 24, isEntry: true), StepSpec(trigger: "b")],
            device: device, onUnknown: onUnknown)
        _ = try await world.addLead("628115550001", trigger: "a")
        try await world.enroll()
        let cluster = try await Cluster.start(world)
        let reservations = try await cluster.reserveAll()
        return (cluster, try #require(reservations.first))
    }

    @Test func sentMovesToTheNextStepAfterItsDelay() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            let result = try await cluster.settle([reservation], .sent)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves, row.claimState) == ("active", "b", 1, 0))
            let due = try #require(row.dueIn)
            #expect(abs(due - 86_400) < 60)
            #expect(result.lanes.map(\.lane) == [row.lane])
            #expect(result.busy.isEmpty)
            #expect(try await world.attempts(of: row.id) == [AttemptRow(attempt: 1, state: "sent", isCharged: true)])
        }
    }

    static let states = ["reserved", "sent", "failed", "unknown", "aborted"]
    static let outcomes: [(name: String, outcome: Outcome)] = [
        ("sent", .sent), ("failed", .retry), ("unknown", .unknown), ("aborted", .aborted),
    ]
    /// I12.
    static let legal: Set<String> = [
        "reserved>sent", "reserved>failed", "reserved>unknown", "reserved>aborted", "unknown>sent", "unknown>failed",
    ]

    @Test(arguments: states, outcomes.indices) func transitionsAreThoseAllowed(_ state: String, _ index: Int)
        async throws
    {
        let (name, outcome) = Self.outcomes[index]
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await world.sql.query("UPDATE send_ledger SET state = $1", [.string(state)])
            if state != "reserved" {
                try await world.sql.query(
                    "UPDATE sequence_contacts SET claim_state = 0, claim_batch = NULL, status = $1",
                    [.string(state == "unknown" ? "unknown" : "active")])
            }
            let before = try await world.onlyContact()
            try await cluster.settle([reservation], outcome)
            let isLegal = Self.legal.contains("\(state)>\(name)")
            #expect(try await world.attempts(of: before.id).map(\.state) == [isLegal ? name : state])
            let after = try await world.onlyContact()
            #expect(
                isLegal || (after.moves, after.retries, after.status) == (before.moves, before.retries, before.status))
            try await Counts.expectExact(world)
        }
    }

    @Test func aLateSentMovesOnceAndNeverTwice() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await cluster.settle([reservation], .unknown)
            #expect(try await world.onlyContact().status == "unknown")
            try await cluster.settle([reservation], .sent)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves) == ("active", "b", 1))
            try await cluster.settle([reservation], .sent)
            try await cluster.settle([reservation], .retry)
            #expect(try await world.onlyContact().moves == 1)
            #expect(try await world.attempts(of: row.id).map(\.state) == ["sent"])
        }
    }

    @Test func anUnknownThatContinuesIsNotMovedAgainByTheTruth() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world, onUnknown: "continue")
            try await cluster.settle([reservation], .unknown)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves, row.lastError) == ("active", "b", 1, "timeout"))
            try await cluster.settle([reservation], .sent)
            #expect(try await world.onlyContact().moves == 1)
            #expect(try await world.attempts(of: row.id).map(\.state) == ["sent"])
        }
    }

    @Test func aLateRefusalOfAnUnknownTriesAgain() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await cluster.settle([reservation], .unknown)
            try await cluster.settle([reservation], .retry)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves, row.retries) == ("active", "a", 0, 1))
        }
    }

    @Test func fiveRefusalsFailWithDoublingPauses() async throws {
        try await PostgresWorld.with { world in
            var (cluster, reservation) = try await Self.reserved(world)
            let message = reservation.message
            for attempt in 1...5 {
                #expect(reservation.attempt == Int32(attempt))
                #expect(reservation.message == message)
                try await cluster.settle([reservation], .retry)
                let row = try await world.onlyContact()
                #expect(row.retries == attempt)
                guard attempt < 5 else { break }
                let pause = 30 * Double(1 << (attempt - 1))
                let due = try #require(row.dueIn)
                #expect(due > pause * 0.75 - 2 && due < pause * 1.25 + 1, "attempt \(attempt): \(due)")
                try await world.makeAllDue()
                reservation = try #require(try await cluster.reserveAll(ordinal: UInt32(attempt + 1)).first)
            }
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("failed", "busy"))
            try await world.complete()
            #expect(try await world.sql.query("SELECT trigger FROM leads").scalar(String?.self) == nil)
        }
    }

    @Test func aGatewaysOwnPauseIsKept() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            let refusal = Refusal(
                code: "rate_limited", detail: "", isCharged: true, disposition: .retry(notBefore: .seconds(1000)))
            try await cluster.settle([reservation], .refused(refusal))
            let due = try #require(try await world.onlyContact().dueIn)
            #expect(due > 990 && due < 1001)
        }
    }

    @Test func permanentFailsAndTakesTheTriggerOff() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await cluster.settle([reservation], .permanent)
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("failed", "invalid_number"))
            try await world.complete()
            #expect(try await world.sql.query("SELECT trigger FROM leads").scalar(String?.self) == nil)
        }
    }

    @Test func theDevicesFaultAndTheGuardCountNoAttempt() async throws {
        for outcome in [Outcome.device, .aborted] {
            try await PostgresWorld.with { world in
                let (cluster, reservation) = try await Self.reserved(world)
                try await cluster.settle([reservation], outcome)
                let row = try await world.onlyContact()
                #expect((row.status, row.trigger, row.moves, row.retries) == ("active", "a", 0, 0))
                #expect(try await world.attempts(of: row.id).map(\.isCharged) == [false])
                let due = try #require(row.dueIn)
                #expect(due < 0)
            }
        }
    }

    /// Somebody pauses or cancels a contact in flight, and sets it active again after the settle: the message must not
    /// go twice.
    @Test(arguments: ["paused", "cancelled", "completed"]) func aStatusSetInFlightSendsNothingTwice(
        _ status: String
    ) async throws {
        for outcome in [Outcome.sent, .unknown] {
            try await PostgresWorld.with { world in
                let (cluster, reservation) = try await Self.reserved(world)
                try await world.setStatus(status, of: reservation.claim.contact)
                try await cluster.settle([reservation], outcome)
                let row = try await world.onlyContact()
                let isHeld = outcome == .unknown && status == "paused"
                #expect(row.status == (isHeld ? "unknown" : status))
                #expect(row.trigger == (isHeld ? "a" : "b"))
                #expect(row.claimState == 0)
                if !isHeld {
                    try await world.setStatus("active", of: row.id)
                    try await world.makeAllDue()
                    let next = try #require(try await cluster.reserveAll(ordinal: 2).first)
                    #expect(next.message != reservation.message)
                }
                try await Counts.expectExact(world)
            }
        }
    }

    @Test func twoContactsOfOneLeadBothLoseTheirTrigger() async throws {
        try await PostgresWorld.with { world in
            let device = try await world.addDevice()
            for trigger in ["fitness_start", "crypto_welcome"] {
                _ = try await world.addSequence([StepSpec(trigger: trigger, isEntry: true)], device: device)
            }
            let lead = try await world.addLead("628115550001", trigger: "fitness_start, crypto_welcome,other")
            try await world.enroll()
            let cluster = try await Cluster.start(world)
            let reservations = try await cluster.reserveAll()
            #expect(reservations.count == 2)
            try await cluster.settle(reservations, .sent)
            try await world.complete()
            #expect(try await world.trigger(ofLead: lead) == "other")
        }
    }

    @Test func anOpenTransactionOnLeadsHoldsNothingUp() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let reservations = try await cluster.reserveAll()
            try await world.sql.withTransaction { transaction in
                try await transaction.query("UPDATE leads SET name = 'held' WHERE phone = '628115550001'")
                let result = try await cluster.settle(reservations, .sent)
                #expect(result.busy.isEmpty)
                // The other lead's trigger goes at once, this one's when it is free.
                try await world.complete()
            }
            let triggers = "SELECT count(*) FROM leads WHERE trigger IS NOT NULL"
            #expect(try await world.sql.query(triggers).scalar(Int64.self) == 1)
            try await world.complete()
            #expect(try await world.sql.query(triggers).scalar(Int64.self) == 0)
            #expect(try await world.contacts().map(\.status) == ["completed", "completed"])
        }
    }

    @Test func anOpenTransactionOnAContactDelaysOnlyThatOne() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let reservations = try await cluster.reserveAll()
            let busy = try await world.sql.withTransaction { transaction in
                try await transaction.query(
                    "UPDATE sequence_contacts SET contact_name = 'held' WHERE recipient = '628115550002'")
                return try await cluster.settle(reservations, .sent).busy
            }
            #expect(busy.map(\.reservation.recipient) == ["628115550002"])
            #expect(try await world.contacts().map(\.status) == ["completed", "active", "completed"])
            #expect(try await world.shard.settle(busy).busy.isEmpty)
            #expect(try await world.contacts().map(\.status) == ["completed", "completed", "completed"])
        }
    }

    @Test func aDeletedContactsTruthIsStillWritten() async throws {
        try await PostgresWorld.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await world.sql.query("DELETE FROM sequence_contacts")
            #expect(try await cluster.settle([reservation], .sent).busy.isEmpty)
            #expect(try await world.attempts(of: reservation.claim.contact).map(\.state) == ["sent"])
        }
    }

    @Test func brokenUserColumnsDoNotStopABatch() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 4)
            let reservations = try await cluster.reserveAll()
            try await world.sql.execute(
                script: """
                    UPDATE sequence_contacts SET retry_count = -2000000000, current_step = NULL
                        WHERE recipient LIKE '%1';
                    UPDATE sequence_contacts SET retry_count = NULL, time_zone = 'Mars/Base' WHERE recipient LIKE '%2';
                    UPDATE sequence_contacts SET retry_count = 2000000000 WHERE recipient LIKE '%3';
                    UPDATE sequence_contacts SET next_trigger_time = NULL WHERE recipient LIKE '%4';
                    UPDATE sequence_steps SET time_schedule = '25:99', trigger_delay_hours = NULL;
                    """)
            #expect(try await cluster.settle(reservations, .retry).busy.isEmpty)
            #expect(try await world.contacts().map(\.status) == ["active", "active", "failed", "active"])
            #expect(try await world.contacts().map(\.claimState) == [0, 0, 0, 0])
        }
    }
}
