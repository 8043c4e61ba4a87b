import PostgresDriver
import TestSupport
import Testing

@testable import SluiceStore

/// A settle looks up each attempt by its key in the one day it is of, however many days are kept, and also where the day
/// is empty and not analyzed when the statement is planned, as each is at its midnight.
@Suite struct SettlePlanTests {
    @Test func anAttemptIsLookedUpByItsKeyInItsDay() async throws {
        try await PostgresWorld.with { world in
            let today = try await world.sql.query(
                "SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date - date '1970-01-01'"
            ).scalar(Int32.self)
            let plan = try await StoreFixture.withPools(to: world.fixture.database) { pools in
                try await pools.durable.query(
                    "EXPLAIN (COSTS OFF) " + SettleStatement.skipping(on: today), SettleStatement.parameters([])
                ).column(String.self, at: 0).joined(separator: "\n")
            }
            #expect(Set(plan.matches(of: /on (send_ledger_\d+)/).map(\.output.1)).count == 1, "\(plan)")
            let byKey = plan.matches(of: /Index Cond: \(\(contact_id = ANY/).count
            #expect(byKey == 2, "of the contacts that are there, and of those that were deleted:\n\(plan)")
        }
    }
}
