import FoundationEssentials
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

@Suite struct UnknownTests {
    private func unknownWorld(
        deadline: Duration = .seconds(60), _ body: @escaping @Sendable (World, UUID) async throws -> Void
    ) async throws {
        try await World.with { world in
            try await world.populate()
            try await Flight.start(world).send(.unknownAnswer, deadline: deadline)
            try await body(world, try await world.onlyContact())
            // What the triggers and the statements count stays what is there.
            let wrong = try await world.sql.query(
                """
                SELECT count(*) FROM (SELECT status, count(*) AS n FROM sequence_contacts GROUP BY 1) a
                FULL JOIN (SELECT status, sum(n) AS n FROM contact_counts GROUP BY 1) b USING (status)
                WHERE a.n IS DISTINCT FROM b.n
                """)
            #expect(try wrong.scalar(Int64.self) == 0)
        }
    }

    @Test func sentMovesTheContactOn() async throws {
        try await unknownWorld { world, contact in
            #expect(try await world.session.listUnknown().map(\.contactID) == [contact])
            let report = try await world.session.resolveUnknown(.these([World.phone(0)]), as: .sent)
            #expect(report.resolved == 1)
            let row = try await world.sql.query("SELECT status || ' ' || current_trigger FROM sequence_contacts")
            #expect(try row.scalar(String.self) == "active welcome_2")
            #expect(try await world.session.history(World.phone(0), limit: 5).map(\.outcome) == ["sent"])
            #expect(try await world.sql.query("SELECT count(*) FROM lane_wakes").scalar(Int64.self) > 0)
            #expect(try await world.audited().last == "ann@test unknown.sent")
        }
    }

    @Test func failedEndsItAndTakesTheTriggerOff() async throws {
        try await unknownWorld { world, contact in
            _ = try await world.session.resolveUnknown(.these([contact.uuidString]), as: .failed)
            #expect(try await world.status(contact) == "failed")
            _ = try await world.leader.complete(limit: 10)
            #expect(try await world.sql.query("SELECT trigger FROM leads").scalar(String?.self) ?? "" == "")
        }
    }

    @Test func resendWaitsUntilTheFirstCannotArriveAnyMore() async throws {
        try await unknownWorld { world, contact in
            let early = try await world.session.resolveUnknown(.all, as: .resend)
            #expect(early.resolved == 0)
            #expect(early.tooEarly == 1)
            #expect(early.retryAt != nil)
            #expect(try await world.status(contact) == "unknown")
        }
        try await unknownWorld(deadline: .zero) { world, contact in
            let report = try await world.session.resolveUnknown(.all, as: .resend)
            #expect(report.resolved == 1)
            let row = try await world.sql.query(
                "SELECT status || ' ' || current_trigger || ' ' || retry_count FROM sequence_contacts WHERE next_trigger_time <= now()"
            )
            #expect(try row.scalar(String.self) == "active welcome 0")
        }
    }

    @Test func resentOnADeletedDeviceItIsHeld() async throws {
        try await unknownWorld(deadline: .zero) { world, contact in
            try await world.sql.query("DELETE FROM user_devices")
            #expect(try await world.session.resolveUnknown(.all, as: .resend).resolved == 1)
            try await world.workOffIntake()
            #expect(try await world.why() == ["unknown_device"])
        }
    }

    @Test func oneFromThePreviousSystemGetsAnAttemptOfItsOwn() async throws {
        try await World.with { world in
            try await world.populate()
            let contact = try await world.onlyContact()
            try await world.sql.query("UPDATE sequence_contacts SET status = 'unknown'")
            let report = try await world.session.resolveUnknown(.all, as: .sent)
            #expect(report.resolved == 1)
            #expect(try await world.status(contact) == "active")
            let ledger = try await world.sql.query("SELECT state || ' ' || is_charged FROM send_ledger")
            #expect(try ledger.scalar(String.self) == "sent false")
        }
    }

    @Test func whatIsNotUnknownIsRefused() async throws {
        try await World.with { world in
            try await world.populate()
            await #expect(throws: OperationsError.self) {
                try await world.session.resolveUnknown(.these([World.phone(0)]), as: .sent)
            }
            await #expect(throws: OperationsError.self) {
                try await world.session.resolveUnknown(.these(["628999999999"]), as: .sent)
            }
            #expect(try await world.session.resolveUnknown(.all, as: .sent).resolved == 0)
        }
    }

    @Test func aLateTruthAfterAnOperatorsChangesNothing() async throws {
        try await World.with { world in
            try await world.populate()
            let flight = try await Flight.start(world)
            let reservations = try await flight.reserve(try await flight.claim())
            _ = try await world.shard.settle(reservations.map { Settlement(reservation: $0, outcome: .unknownAnswer) })
            _ = try await world.session.resolveUnknown(.all, as: .sent)
            _ = try await world.shard.settle(
                reservations.map { Settlement(reservation: $0, outcome: .sent(providerID: "late")) })
            let row = try await world.sql.query("SELECT current_trigger || ' ' || moves FROM sequence_contacts")
            #expect(try row.scalar(String.self) == "welcome_2 1")
        }
    }
}
