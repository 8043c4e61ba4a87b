import PostgresDriver
import SluiceCore
import SluiceStore
import TestSupport
import Testing

/// What a drained node may not be given, whichever way it could come to it.
@Suite struct DrainTests {
    private static func drain(_ role: NodeRole, _ name: String, _ world: PostgresWorld) async throws {
        try await world.sql.query(
            "INSERT INTO drained_nodes (role, node_name) VALUES ($1, $2)", [.string(role.rawValue), .string(name)])
    }

    @Test func `a drained shard is named as draining, in its next life too`() async throws {
        try await PostgresWorld.with { world in
            try await Self.drain(.shard, "shard-1", world)
            // The same name in another role is another node.
            try await Self.drain(.coordinator, "shard-2", world)
            let node = try await world.shard.register(node: .test("shard-1", .shard))
            _ = try await world.shard.register(node: .test("shard-2", .shard))
            #expect(try await world.leader.liveShards().members.map(\.isDraining) == [true, false])
            try await world.shard.leave(node)
            _ = try await world.shard.register(node: .test("shard-1", .shard))
            #expect(try await world.leader.liveShards().members.map(\.isDraining) == [false, true])
        }
    }

    @Test func `leader and shards hear of it as of every change of an operator's`() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Cluster.start(world)
            let before = try await world.shard.renew(cluster.node).controlVersion
            try await Self.drain(.shard, "shard-1", world)
            #expect(try await world.shard.renew(cluster.node).controlVersion > before)
        }
    }

    @Test func `a slot is not handed to who was drained meanwhile`() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Cluster.start(world)
            let other = try await world.shard.register(node: .test("shard-2", .shard))
            let slot = HashSlot(rawValue: 7)!
            let asked = try await world.leader.assign([SlotGrant(slot: slot, owner: other)], term: cluster.term)
            try await Self.drain(.shard, "shard-2", world)
            try await world.shard.giveUp(asked, by: cluster.node)
            #expect(try await world.leader.slotOwnerships()[7].owner == nil)
        }
    }

    @Test func `a slot wanted by nobody is given up to nobody, and can be given again`() async throws {
        try await PostgresWorld.with { world in
            let cluster = try await Cluster.start(world)
            let slot = HashSlot(rawValue: 7)!
            let asked = try await world.leader.assign([SlotGrant(slot: slot, owner: nil)], term: cluster.term)
            #expect(asked.map(\.owner) == [cluster.node], "it is the owner who gives it up")
            #expect(asked.map(\.wanted) == [nil])
            try await world.shard.giveUp(asked, by: cluster.node)
            let free = try await world.leader.slotOwnerships()[7]
            #expect(free.owner == nil)
            let given = try await world.leader.assign([SlotGrant(slot: slot, owner: cluster.node)], term: cluster.term)
            #expect(given.map(\.owner) == [cluster.node])
            #expect(given.map(\.epoch.rawValue) == [free.epoch.rawValue + 1])
        }
    }

    @Test func `a drained coordinator takes no lead`() async throws {
        try await PostgresWorld.with { world in
            try await Self.drain(.coordinator, "c1", world)
            let node = try await world.leader.register(node: .test("c1", .coordinator))
            let renewal = try await world.leader.renew(node, leading: nil)
            #expect(renewal.leading == nil)
            #expect(renewal.current == Term(rawValue: 0))
        }
    }

    @Test func `a leader that is drained ends its term at once, and the other one leads`() async throws {
        try await PostgresWorld.with { world in
            let first = try await world.leader.register(node: .test("c1", .coordinator))
            let second = try await world.leader.register(node: .test("c2", .coordinator))
            let led = try await world.leader.renew(first, leading: nil).leading
            try await Self.drain(.coordinator, "c1", world)
            #expect(try await world.leader.renew(first, leading: led).leading == nil)
            #expect(try await world.leader.renew(second, leading: nil).leading == Term(rawValue: 2))
            #expect(try await world.leader.renew(first, leading: nil).leading == nil)
            // It lives on, and may lead again when it is undrained.
            try await world.leader.leave(second, leading: Term(rawValue: 2))
            try await world.sql.query("DELETE FROM drained_nodes")
            #expect(try await world.leader.renew(first, leading: nil).leading == Term(rawValue: 3))
        }
    }
}
