import SluiceCore
import TestSupport
import Testing

@Suite struct ShardSimulationTests {
    /// Faults for 40 s of virtual time, a change of leader in the middle, then none: everything ends, nothing is sent
    /// twice, no cap is broken, and
    /// the leader's count of live claims comes to zero.
    @Test(arguments: 0..<6) func breakHealAndFinish(run: UInt64) {
        let seed = TestSeed.run(run)
        var world = ShardWorld(seed: seed, contacts: 150)
        world.run(until: 20_000_000_000)
        if run % 2 == 0 { world.changeLeader() }
        world.run(until: 40_000_000_000)
        world.heal()
        // Six sends in 21 s per device, after the last unknown's deadline and the longest pause between polls.
        world.run(until: 600_000_000_000)
        let isDone = world.isDone
        #expect(isDone, "\(TestSeed.name): \(world.undone) contacts left at \(world.time / 1_000_000) ms")
        world.rest()
        for failure in world.failures { Issue.record("\(TestSeed.name): \(failure)") }
        for device in world.devices where device.capKey != "shared" {
            let log = world.log[device.id] ?? GatewayLog()
            #expect(log.fullest(length: 21_000_000_000) <= ShardWorld.limit, "\(TestSeed.name): \(device.name)")
            #expect(log.mostBusy <= device.caps.concurrency, "\(TestSeed.name): \(device.name)")
        }
    }

    @Test func sameSeedSameTrace() {
        let seed = TestSeed.base
        let traces = (0..<2).map { _ -> [ShardAction] in
            var world = ShardWorld(seed: seed, contacts: 120)
            world.run(until: 30_000_000_000)
            return world.trace
        }
        #expect(traces[0] == traces[1], "\(TestSeed.name)")
        #expect(traces[0].count > 200)
    }
}
