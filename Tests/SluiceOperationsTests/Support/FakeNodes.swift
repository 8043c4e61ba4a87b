import NATSDriver
import SluiceCore
import SluiceWire

/// Answers status requests for the nodes of a ``Flight``, as they would.
enum FakeNodes {
    static func answering(
        _ nats: NATSConnection, _ subjects: Subjects, _ flight: Flight, _ body: () async throws -> Void
    ) async throws {
        try await nats.withSubscription(subjects.status) { requests in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await request in requests {
                        guard let reply = request.reply else { continue }
                        for status in statuses(flight) { try nats.publish(reply, payload: status.encoded()) }
                    }
                }
                try await body()
                group.cancelAll()
            }
        }
    }

    private static func statuses(_ flight: Flight) -> [NodeStatus] {
        var leader = NodeStatus(
            name: "coordinator-1", incarnation: Incarnation(rawValue: flight.node.rawValue - 1), role: .coordinator,
            version: "test", host: "host-1", startedAt: DatabaseTime(microseconds: 0))
        leader.coordinator = CoordinatorStatus(term: flight.term)
        var node = NodeStatus(
            name: "shard-1", incarnation: flight.node, role: .shard, version: "test", host: "host-1",
            startedAt: DatabaseTime(microseconds: 0))
        var shard = ShardStatus()
        shard.lastMinute.sent = 7
        shard.devicesAtHourlyCap = 2
        node.shard = shard
        return [leader, node]
    }
}
