import Logging
import NATSDriver
import SluiceCoordinator
import SluiceCore
import SluiceStore
import SluiceWire
import TestSupport

extension NodeGround {
    /// Runs a coordinator while `body` runs.
    func withCoordinator(
        _ name: String, timers: Timers = .quick, _ body: @escaping @Sendable (ServiceRun) async throws -> Void
    ) async throws {
        try await StoreFixture.withPools(url: databaseURL) { pools in
            try await withNATS { nats in
                var configuration = CoordinatorConfiguration(name: name, host: "test", subjects: subjects)
                configuration.timers = timers
                let coordinator = Coordinator(
                    configuration: configuration, store: PostgresCoordinatorStore(pools: pools),
                    notifications: StoreNotifications(pools: pools), nats: nats,
                    logger: Logger(label: name) { _ in SwiftLogNoOpLogHandler() })
                try await ServiceRun.with(coordinator, body)
            }
        }
    }

    /// Writes down who leads while `body` runs.
    func withBeacons(_ body: (BeaconLog) async throws -> Void) async throws {
        let log = BeaconLog()
        try await nats.withSubscription(subjects.beacon) { messages in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await message in messages { log.add(try LeaderBeacon(decoding: message.payload)) }
                }
                try await body(log)
                group.cancelAll()
            }
        }
    }

    /// What the one coordinator says of itself.
    func coordinatorStatus() async throws -> NodeStatus? {
        try await statuses(2).first { $0.role == .coordinator }
    }
}

extension Timers {
    /// Leases that lapse while a test waits, with room for a machine that does other things as well.
    static var quick: Timers {
        var timers = Timers()
        timers.lease = .seconds(2)
        timers.renewEvery = .milliseconds(200)
        timers.selfFence = .milliseconds(1_400)
        timers.sweep = .milliseconds(500)
        return timers
    }

    /// Claims that the leader soon takes back.
    static var quickClaims: Timers {
        var timers = Timers.quick
        timers.claim = .milliseconds(500)
        return timers
    }

    /// Leases that neither lapse nor are renewed within a test: what happens does not happen because of that.
    static var patient: Timers {
        var timers = Timers.quick
        timers.lease = .seconds(60)
        timers.renewEvery = .seconds(40)
        timers.selfFence = .seconds(50)
        return timers
    }
}
