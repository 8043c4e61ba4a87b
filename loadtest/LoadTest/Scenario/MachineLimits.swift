internal import Foundation

/// What this machine can carry, as far as a scenario can be held against it before anything starts.
public struct MachineLimits: Sendable {
    /// What may be taken; nil when the machine does not say.
    public var availableMemory: Int?

    /// A device in a shard node and the leader: the limiter's ring, lanes and credits, and what its row costs. A
    /// generous round number, so that a run which starts does not end in the out-of-memory killer.
    private static let bytesPerDevice = 12_000
    /// Of every node and server before it has a device.
    private static let bytesPerNode = 60 << 20
    /// Of a contact: what the generator, the leader's batches and the analysis of the log keep of it.
    private static let bytesPerContact = 400

    public static func here() -> Self {
        // A system without /proc says nothing, and then nothing is refused.
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let kilobytes = line?.split { !$0.isNumber }.first.flatMap { Int($0) }
        return MachineLimits(availableMemory: kilobytes.map { $0 * 1_024 })
    }

    /// Reports a scenario that needs more memory than there is, by the key that asks for most of it.
    func check(_ scenario: Scenario, _ reader: inout ScenarioReader) {
        guard let availableMemory else { return }
        let nodes = (scenario.cluster.shards + scenario.cluster.coordinators + 3) * Self.bytesPerNode
        let perDevice = Self.bytesPerDevice + 8 * min(scenario.caps.daily, Scenario.Caps().daily)
        let devices = scenario.cluster.devices * perDevice
        let contacts = scenario.dueAtStart * Self.bytesPerContact
        let needed = nodes + devices + contacts
        guard needed > availableMemory else { return }
        let isOfDevices = devices > contacts
        let key = isOfDevices ? "cluster.devices" : "backlog.contacts"
        let room = availableMemory - nodes - (isOfDevices ? contacts : devices)
        let fitting = max(0, room / (isOfDevices ? perDevice : Self.bytesPerContact))
        reader.report(
            key,
            "needs about \(Self.words(needed)) of memory and this machine has \(Self.words(availableMemory)) to give; take at most \(fitting)"
        )
    }

    private static func words(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) / 1e9) }
}
