import Foundation
import GatewaySimulator
import Logging
import NATSDriver
import RequestLog
import SluiceCore
import SluiceGateways
import SluiceShard
import SluiceStore
import SluiceTelemetry
import SluiceWire
import TestSupport
import Testing

/// A shard node beside everything it talks to: PostgreSQL, NATS and a gateway over HTTP.
struct ShardRig: Sendable {
    let ground: NodeGround
    let leader: HandLeader
    let gateway: RunningSimulator

    /// Sets everything up but the node.
    /// - Parameter latency: how long the gateway takes for each message of a device.
    static func with(
        latency: Duration = .zero, devices: Int = 2, leadsEach: Int, concurrency: Int = 50,
        _ body: @escaping @Sendable (ShardRig) async throws -> Void
    ) async throws {
        try await NodeGround.with { ground in
            try await with(ground, latency, devices, leadsEach, concurrency, body)
        }
    }

    /// The same on a PostgreSQL that the test may crash.
    static func withOwnPostgres(
        latency: Duration = .zero, devices: Int = 2, leadsEach: Int,
        _ body: @escaping @Sendable (ShardRig, EphemeralPostgres) async throws -> Void
    ) async throws {
        try await NodeGround.withOwnPostgres { ground, postgres in
            try await with(ground, latency, devices, leadsEach, 50) { try await body($0, postgres) }
        }
    }

    private static func with(
        _ ground: NodeGround, _ latency: Duration, _ devices: Int, _ leadsEach: Int, _ concurrency: Int,
        _ body: @escaping @Sendable (ShardRig) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shard-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Left behind in the temporary folder at worst.
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = SimulatorConfiguration(logPath: folder.path + "/requests.log")
        configuration.scenario.latency.text = .fixed(milliseconds: latency / .milliseconds(1))
        try await GatewaySimulator.withRunning(configuration) { gateway in
            try await ground.addWork(
                devices: devices, leadsEach: leadsEach, concurrency: concurrency, gateway: gateway.url + "/webhook")
            try await HandLeader.with(ground) { leader in
                try await leader.enroll()
                try await body(ShardRig(ground: ground, leader: leader, gateway: gateway))
            }
        }
    }

    // MARK: The node

    /// Runs a shard node while `body` runs.
    func withShard(
        _ name: String = "s-1", timers: Timers = .quick, _ body: @escaping @Sendable (ServiceRun) async throws -> Void
    ) async throws {
        try await StoreFixture.withPools(url: ground.databaseURL) { pools in
            try await ground.withNATS { nats in
                let clock = SystemClock()
                var options = GatewayClient.Configuration()
                options.traceHeaders = true
                let gateways = GatewayClient(configuration: options) { clock.now() }
                let windows = CapWindows()
                let store = PostgresShardStore(pools: pools, windows: windows)
                let configuration = ShardNodeConfiguration(
                    node: NodeRegistration(
                        name: name, role: .shard, version: "test", host: "test", lease: timers.lease),
                    subjects: ground.subjects, timers: timers, lookback: windows.lookback)
                let node = ShardNode(
                    configuration: configuration, store: store, leaseStore: store, nats: nats, gateways: gateways,
                    logger: Logger(label: name) { _ in SwiftLogNoOpLogHandler() })
                let result = await Result { try await ServiceRun.with(node, body) }
                try await gateways.shutdown()
                try result.get()
            }
        }
    }

    /// Waits until the node has registered, gives it every slot, and waits until it has loaded them.
    @discardableResult
    func assignAll(to name: String = "s-1") async throws -> Incarnation {
        try await eventually("\(name) to register") {
            try await ground.number(
                "SELECT count(*) FROM node_leases WHERE node_name = '\(name)' AND expires_at > clock_timestamp()") == 1
        }
        let owner = try await leader.assignAll(to: name)
        try await eventually("the slots to be loaded") {
            try await status()?.shard?.slotsReady == UInt32(HashSlot.count)
        }
        return owner
    }

    func status() async throws -> NodeStatus? { try await ground.statuses(1).first }

    // MARK: Looking

    /// The requests the gateway read, in order.
    func requests() throws -> [ReceivedRequest] {
        try RequestLogReader(path: gateway.logPath).entries().compactMap {
            if case .request(let request) = $0 { request } else { nil }
        }
    }

    func acceptedCount() throws -> Int {
        try RequestLogReader(path: gateway.logPath).entries().count {
            if case .response(let outcome) = $0 { outcome.verdict == .accepted } else { false }
        }
    }

    func contacts(_ condition: String) async throws -> Int {
        try await ground.number("SELECT count(*) FROM sequence_contacts WHERE \(condition)")
    }

    func attempts(_ state: String) async throws -> Int {
        try await ground.number("SELECT count(*) FROM send_ledger WHERE state = '\(state)'")
    }
}

extension Result where Failure == any Error, Success: Sendable {
    /// What `body` returned or threw.
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

extension Timers {
    /// Leases that lapse while a test waits, with room for a machine that does other things as well.
    static var quick: Timers {
        var timers = Timers()
        timers.lease = .seconds(2)
        timers.renewEvery = .milliseconds(200)
        timers.selfFence = .milliseconds(1_400)
        return timers
    }

    /// Leases that do not lapse within a test.
    static var patient: Timers {
        var timers = Timers()
        timers.lease = .seconds(60)
        timers.selfFence = .seconds(50)
        return timers
    }
}
