import Foundation
import SluiceCore
import SluiceOperations
import SluiceStore
import TestSupport
import Testing

@Suite struct NodeTests {
    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? OperationsError)?.code
        }
    }

    @Test func aDrainIsAuditedShownAndTakenBack() async throws {
        try await World.with { world in
            let flight = try await Flight.start(world)
            _ = try await world.shard.register(node: .test("shard-2", .shard))
            let drained = try await world.session.drainNode("shard-1", reason: "new disk")
            #expect(drained.changed && !drained.isLast && drained.slots == HashSlot.count)
            #expect(NodeText.render(drained, nil) == "drained shard-1: it hands over 4,096 hash slots\n")
            #expect(try await !world.session.drainNode("shard-1").changed)

            let line = try #require(try await world.session.listNodes().first { $0.name == "shard-1" })
            #expect(line.isDrained && line.drainedBy == "ann@test" && line.reason == "new disk")
            #expect(NodeText.render([line], width: 120).contains("yes: new disk"))

            var reader = StatusReader(world.session, natsError: "off")
            let report = await reader.read()
            #expect(report.findings.contains { $0.code == .nodesDrained && $0.severity == .note })
            #expect(StatusText.render(report, width: 160).contains("shard, drains"))
            try await world.shard.giveUp(world.leader.slotOwnerships(), by: flight.node)
            #expect(StatusText.render(await reader.read(), width: 160).contains("shard, drained"))

            #expect(try await world.session.undrainNode("shard-1").changed)
            #expect(try await !world.session.undrainNode("shard-1").changed)
            #expect(try await world.audited() == ["ann@test nodes.drain", "ann@test nodes.undrain"])
        }
    }

    @Test func theLastOneNeedsForceAndSaysWhatFollows() async throws {
        try await World.with { world in
            _ = try await Flight.start(world)
            let session = world.session
            #expect(await code { _ = try await session.drainNode("shard-1") } == "last_node")
            #expect(await code { _ = try await session.drainNode("coordinator-1") } == "last_node")
            // A node that is stopping, or drained, is nobody to hand over to.
            let stopping = try await world.shard.register(node: .test("shard-2", .shard))
            try await world.shard.drain(stopping)
            #expect(await code { _ = try await session.drainNode("shard-1") } == "last_node")

            let shard = try await session.drainNode("shard-1", isForced: true)
            #expect(shard.isLast)
            #expect(
                NodeText.render(shard, nil).contains(
                    "nothing is sent until another one runs or `sluice nodes undrain shard-1`"))
            _ = try await session.drainNode("coordinator-1", isForced: true)
            _ = try await session.drainNode("shard-2", isForced: true)
            var reader = StatusReader(session, natsError: "off")
            let found = await reader.read().findings.filter { $0.code == .allNodesDrained }
            #expect(found.count == 2 && found.allSatisfy { $0.severity == .problem })
        }
    }

    @Test func errorsHaveStableCodes() async throws {
        try await World.with { world in
            _ = try await Flight.start(world)
            _ = try await world.shard.register(node: .test("coordinator-1", .shard))
            _ = try await world.shard.register(node: .test("api-1", .api))
            let session = world.session
            #expect(await code { _ = try await session.drainNode("shard-11") } == "unknown_node")
            #expect(await code { _ = try await session.undrainNode("nobody") } == "unknown_node")
            #expect(await code { _ = try await session.drainNode("coordinator-1") } == "ambiguous_node")
            #expect(await code { _ = try await session.drainNode("api-1") } == "node_not_drainable")
            #expect(try await session.drainNode("coordinator-1", role: "shard").role == "shard")
        }
    }

    @Test func aNodeThatDoesNotRunStaysDrainedAndListed() async throws {
        try await World.with { world in
            let flight = try await Flight.start(world)
            _ = try await world.shard.register(node: .test("shard-2", .shard))
            _ = try await world.session.drainNode("shard-1")
            try await world.shard.leave(flight.node)
            let line = try #require(try await world.session.listNodes().first { $0.name == "shard-1" })
            #expect(line.state == .stopped && line.isDrained)
            let change = try await world.session.undrainNode("shard-1")
            let progress = try await world.session.waitForHandOver(change, within: .seconds(1)) { _ in }
            #expect(progress.slots == 0, "nothing to wait for")
        }
    }

    @Test func waitingEndsWithTheHandOverOrSaysThatItGoesOn() async throws {
        try await World.with { world in
            let flight = try await Flight.start(world)
            _ = try await world.shard.register(node: .test("shard-2", .shard))
            let change = try await world.session.drainNode("shard-1")
            let session = world.session
            #expect(
                await code { _ = try await session.waitForHandOver(change, within: .milliseconds(300)) { _ in } }
                    == "hand_over_unfinished")
            var seen: [Int] = []
            async let givenUp: Void = world.shard.giveUp(world.leader.slotOwnerships(), by: flight.node)
            let done = try await session.waitForHandOver(change, within: .seconds(10)) { seen.append($0.slots) }
            try await givenUp
            #expect(done.slots == 0 && seen.last == 0)
        }
    }
}
