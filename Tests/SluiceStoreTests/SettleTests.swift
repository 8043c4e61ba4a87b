import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

@Suite struct SettleTests {
    /// One contact at the first of two steps, 24 hours apart, reserved.
    static func reserved(
        _ world: any StoreWorld, onUnknown: String = "hold"
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

    @Test(arguments: StoreKind.allCases) func sentMovesToTheNextStepAfterItsDelay(_ store: StoreKind) async throws {
        try await store.with { world in
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

    static let outcomes: [(state: String, outcome: Outcome)] = [
        ("sent", .sent), ("failed", .retry), ("unknown", .unknown), ("aborted", .aborted),
    ]
    static let transitions = ["reserved", "sent", "failed", "unknown", "aborted"].flatMap { from in
        outcomes.map { "\(from)>\($0.state)" }
    }
    /// I12.
    static let legal: Set<String> = [
        "reserved>sent", "reserved>failed", "reserved>unknown", "reserved>aborted", "unknown>sent", "unknown>failed",
    ]

    @Test(arguments: StoreKind.allCases, transitions) func transitionsAreThoseAllowed(
        _ store: StoreKind, _ transition: String
    ) async throws {
        let states = transition.split(separator: ">").map(String.init)
        try await store.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            for (state, outcome) in Self.outcomes where state == states[0] {
                try await cluster.settle([reservation], outcome)
            }
            let before = try await world.onlyContact()
            let outcome = try #require(Self.outcomes.first { $0.state == states[1] }).outcome
            try await cluster.settle([reservation], outcome)
            let isLegal = Self.legal.contains(transition)
            #expect(try await world.attempts(of: before.id).map(\.state) == [isLegal ? states[1] : states[0]])
            let after = try await world.onlyContact()
            #expect(
                isLegal || (after.moves, after.retries, after.status) == (before.moves, before.retries, before.status))
            try await Counts.expectExact(world)
        }
    }

    @Test(arguments: StoreKind.allCases) func aLateSentMovesOnceAndNeverTwice(_ store: StoreKind) async throws {
        try await store.with { world in
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

    @Test(arguments: StoreKind.allCases) func anUnknownThatContinuesIsNotMovedAgainByTheTruth(_ store: StoreKind)
        async throws
    {
        try await store.with { world in
            let (cluster, reservation) = try await Self.reserved(world, onUnknown: "continue")
            try await cluster.settle([reservation], .unknown)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves, row.lastError) == ("active", "b", 1, "timeout"))
            try await cluster.settle([reservation], .sent)
            #expect(try await world.onlyContact().moves == 1)
            #expect(try await world.attempts(of: row.id).map(\.state) == ["sent"])
        }
    }

    @Test(arguments: StoreKind.allCases) func aLateRefusalOfAnUnknownTriesAgain(_ store: StoreKind) async throws {
        try await store.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await cluster.settle([reservation], .unknown)
            try await cluster.settle([reservation], .retry)
            let row = try await world.onlyContact()
            #expect((row.status, row.trigger, row.moves, row.retries) == ("active", "a", 0, 1))
        }
    }

    @Test(arguments: StoreKind.allCases) func fiveRefusalsFailWithDoublingPauses(_ store: StoreKind) async throws {
        try await store.with { world in
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
            #expect(try await world.leadTriggers().isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases) func aGatewaysOwnPauseIsKept(_ store: StoreKind) async throws {
        try await store.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            let refusal = Refusal(
                code: "rate_limited", detail: "", isCharged: true, disposition: .retry(notBefore: .seconds(1000)))
            try await cluster.settle([reservation], .refused(refusal))
            let due = try #require(try await world.onlyContact().dueIn)
            #expect(due > 990 && due < 1001)
        }
    }

    @Test(arguments: StoreKind.allCases) func permanentFailsAndTakesTheTriggerOff(_ store: StoreKind) async throws {
        try await store.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await cluster.settle([reservation], .permanent)
            let row = try await world.onlyContact()
            #expect((row.status, row.lastError) == ("failed", "invalid_number"))
            try await world.complete()
            #expect(try await world.leadTriggers().isEmpty)
        }
    }

    @Test(arguments: StoreKind.allCases) func theDevicesFaultAndTheGuardCountNoAttempt(
        _ store: StoreKind
    ) async throws {
        for outcome in [Outcome.device, .aborted] {
            try await store.with { world in
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
    @Test(arguments: StoreKind.allCases, ["paused", "cancelled", "completed"])
    func aStatusSetInFlightSendsNothingTwice(_ store: StoreKind, _ status: String) async throws {
        for outcome in [Outcome.sent, .unknown] {
            try await store.with { world in
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

    @Test(arguments: StoreKind.allCases) func twoContactsOfOneLeadBothLoseTheirTrigger(_ store: StoreKind) async throws
    {
        try await store.with { world in
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

    @Test(arguments: StoreKind.allCases) func anOpenTransactionOnLeadsHoldsNothingUp(_ store: StoreKind) async throws {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 2)
            let reservations = try await cluster.reserveAll()
            try await world.whileLeadLocked("628115550001") {
                let result = try await cluster.settle(reservations, .sent)
                #expect(result.busy.isEmpty)
                // The other lead's trigger goes at once, this one's when it is free.
                try await world.complete()
            }
            #expect(try await world.leadTriggers().count == 1)
            try await world.complete()
            #expect(try await world.leadTriggers().isEmpty)
            #expect(try await world.contacts().map(\.status) == ["completed", "completed"])
        }
    }

    @Test(arguments: StoreKind.allCases) func anOpenTransactionOnAContactDelaysOnlyThatOne(_ store: StoreKind)
        async throws
    {
        try await store.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 3)
            let reservations = try await cluster.reserveAll()
            let busy = try await world.whileLocked(try await world.contacts()[1].id) {
                try await cluster.settle(reservations, .sent).busy
            }
            #expect(busy.map(\.reservation.recipient) == ["628115550002"])
            #expect(try await world.contacts().map(\.status) == ["completed", "active", "completed"])
            #expect(try await world.shard.settle(busy).busy.isEmpty)
            #expect(try await world.contacts().map(\.status) == ["completed", "completed", "completed"])
        }
    }

    /// Midnight: attempts of two days are two statements.
    @Test func attemptsOfTwoDaysAreSettledTogether() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await ClaimTests.scene(world, contacts: 4)
            var reservations = try await cluster.reserveAll().sorted { $0.recipient < $1.recipient }
            for index in [0, 2] {
                try await world.sql.query(
                    "UPDATE send_ledger SET day = day - 1 WHERE contact_id = $1",
                    [.uuid(reservations[index].claim.contact.rawValue)])
                reservations[index].day -= 1
            }
            let busy = try await world.whileLocked(try await world.contacts()[1].id) { [reservations] in
                try await cluster.settle(reservations, .sent).busy
            }
            #expect(busy.map(\.reservation.recipient) == ["628115550002"])
            #expect(try await world.contacts().map(\.status) == ["completed", "active", "completed", "completed"])
            let sent = try await world.sql.query("SELECT count(*) FROM send_ledger WHERE state = 'sent' GROUP BY day")
            #expect(try sent.column(Int64.self, at: 0).sorted() == [1, 2])
        }
    }

    @Test(arguments: StoreKind.allCases) func aDeletedContactsTruthIsStillWritten(_ store: StoreKind) async throws {
        try await store.with { world in
            let (cluster, reservation) = try await Self.reserved(world)
            try await world.delete(reservation.claim.contact)
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
