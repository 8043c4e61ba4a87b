import PostgresDriver
import SluiceCore
import SluiceStore
import Synchronization
import TestSupport
import Testing

@Suite struct NotificationTests {
    private final class Heard: Sendable {
        let state = Mutex<(connects: Int, all: [StoreNotification])>((0, []))
        func connected() { state.withLock { $0.connects += 1 } }
        func note(_ notification: StoreNotification) { state.withLock { $0.all.append(notification) } }
        var connects: Int { state.withLock { $0.connects } }
        func heard(_ notification: StoreNotification) -> Bool { state.withLock { $0.all.contains(notification) } }
    }

    @Test func plainSQLIsHeardAndALostConnectionThrows() async throws {
        try await PostgresWorld.with { world in
            let heard = Heard()
            let notifications = StoreNotifications(pools: world.fixture.pools)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        try await notifications.listen {
                            heard.connected()
                        } onNotification: {
                            heard.note($0)
                        }
                        return false
                    } catch is StoreError {
                        return true
                    }
                }
                try await eventually("the listener to connect") { heard.connects == 1 }
                _ = try await world.addLead("628115550001", trigger: "a")
                try await eventually("the lead's notification") { heard.heard(.lead) }
                #expect(!heard.heard(.intake), "a trigger costs one look, not one at each intake")
                _ = try await world.addSequence(
                    [StepSpec(trigger: "a", isEntry: true)], device: try await world.addDevice())
                try await eventually("the intake's notification") { heard.heard(.intake) }
                try await world.sql.query("INSERT INTO pauses (scope) VALUES ('*')")
                try await eventually("the control notification") { heard.heard(.control) }
                _ = try await world.shard.register(node: .test("s-1", .shard))
                try await eventually("the assignment's notification") { heard.heard(.assignment) }
                try await world.sql.query(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice test listen'"
                )
                #expect(try await group.next() == true)
            }
        }
    }
}
