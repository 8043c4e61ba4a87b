import NATSDriver
import PostgresDriver
import ServiceLifecycle
import SluiceConfig
import SluiceCoordinator
import SluiceCore
import SluiceGateways
import SluiceShard
import SluiceStore
import SluiceTelemetry
import SluiceWire

// Puts the two kinds of node together: settings in, connections around them, until they stop.

extension RoleProcess {
    func runCoordinator() async throws {
        let pools = try pools()
        var configuration = CoordinatorConfiguration(
            name: settings.nodeName, host: SettingsOptions.hostName, subjects: try subjects())
        configuration.timers = settings.timers
        configuration.ledgerDays = settings.keepLedgerDays
        let notifications = DatabaseNotifications(
            configuration: try PostgresConfiguration(
                try settings.requireDatabaseURL(), applicationName: "sluice \(settings.nodeName) listen"))
        try await NATSConnection.withConnection(natsOptions) { nats in
            let node = Coordinator(
                configuration: configuration, store: PostgresCoordinatorStore(pools: pools),
                notifications: notifications, nats: nats, logger: logger)
            try await run(PooledNode(pools: pools, node: node)) { await node.readiness() }
        }
    }

    func runShard() async throws {
        let pools = try pools()
        var windows = WindowLengths()
        windows.hour = settings.windows.hour
        windows.hourMargin = settings.windows.hourMargin
        windows.day = settings.windows.day
        windows.dayMargin = settings.windows.dayMargin
        var limits = ShardLimits()
        limits.permitsPerNode = settings.permitsPerNode
        limits.permitsPerHost = settings.permitsPerHost
        let registration = NodeRegistration(
            name: settings.nodeName, role: .shard, version: SluiceCore.version, host: SettingsOptions.hostName,
            lease: settings.timers.lease)
        let configuration = ShardNodeConfiguration(
            node: registration, subjects: try subjects(), timers: settings.timers, limits: limits,
            lookback: windows.lookback)
        // It renews its lease on a connection that the store keeps for nothing else, so one store serves both.
        let store = PostgresShardStore(pools: pools, windows: windows)
        let gateways = gatewayClient()
        try await NATSConnection.withConnection(natsOptions) { nats in
            let node = ShardNode(
                configuration: configuration, store: store, leaseStore: store, nats: nats, gateways: gateways,
                logger: logger)
            try await run(PooledNode(pools: pools, node: node)) { await node.readiness() }
        }
        try await gateways.shutdown()
    }

    private func pools() throws -> StorePools {
        try StorePools(url: try settings.requireDatabaseURL(), name: settings.nodeName, durable: settings.poolSize)
    }

    private func gatewayClient() -> GatewayClient {
        var configuration = GatewayClient.Configuration()
        configuration.connectionsPerHost = settings.permitsPerHost
        configuration.traceHeaders = settings.traceHeaders
        let clock = SystemClock()
        return GatewayClient(configuration: configuration) { clock.now() }
    }

    /// A node starts without NATS and goes on without it, by polling.
    private var natsOptions: NATSOptions {
        var options = NATSOptions(servers: settings.natsURLs)
        options.name = settings.nodeName
        options.retryInitialConnect = true
        return options
    }

    private func subjects() throws(SettingsError) -> Subjects {
        if let subjects = Subjects(cluster: settings.clusterName) { return subjects }
        throw SettingsError(problems: [
            SettingsProblem(key: "SLUICE_CLUSTER", message: "cannot be part of a NATS subject")
        ])
    }
}

/// A node with the database connections it needs, which outlive it: its last statements are those of leaving.
private struct PooledNode: Service {
    let pools: StorePools
    let node: any Service

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pools.run() }
            try await node.run()
            group.cancelAll()
        }
    }
}
