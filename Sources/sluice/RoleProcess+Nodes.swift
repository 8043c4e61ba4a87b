import NATSDriver
import PostgresDriver
import ServiceLifecycle
import SluiceAPI
import SluiceConfig
import SluiceCoordinator
import SluiceCore
import SluiceGateways
import SluiceOperations
import SluiceShard
import SluiceStore
import SluiceTelemetry
import SluiceWire

// Puts the kinds of node together: settings in, connections around them, until they stop.

extension RoleProcess {
    func runCoordinator() async throws {
        let pools = try settings.storePools()
        var configuration = CoordinatorConfiguration(
            name: settings.nodeName, host: SettingsOptions.hostName, subjects: try subjects())
        configuration.version = version
        configuration.timers = settings.timers
        configuration.ledgerDays = settings.keepLedgerDays
        try await NATSConnection.withConnection(natsOptions) { nats in
            let node = Coordinator(
                configuration: configuration,
                store: PostgresCoordinatorStore(
                    pools: pools, restoreSilence: settings.restoreSilence, optOutScope: settings.optOutScope),
                notifications: StoreNotifications(pools: pools), nats: nats, logger: logger)
            try await run(PooledNode(pools: pools, node: node)) { await node.readiness() }
        }
    }

    func runShard() async throws {
        let pools = try settings.storePools()
        var limits = ShardLimits()
        limits.permitsPerNode = settings.permitsPerNode
        limits.permitsPerHost = settings.permitsPerHost
        let configuration = ShardNodeConfiguration(
            node: registration(as: .shard), subjects: try subjects(), timers: settings.timers, limits: limits,
            lookback: settings.windows.lookback)
        // It renews its lease on a connection that the store keeps for nothing else, so one store serves both.
        let store = PostgresShardStore(pools: pools, windows: settings.windows)
        try await withGatewayClient { gateways in
            try await NATSConnection.withConnection(natsOptions) { nats in
                let node = ShardNode(
                    configuration: configuration, store: store, leaseStore: store, nats: nats, gateways: gateways,
                    logger: logger)
                try await run(PooledNode(pools: pools, node: node)) { await node.readiness() }
            }
        }
    }

    func runAPI() async throws {
        // Without a node's session settings: the API writes as users do, and the schema's triggers see it.
        let database = try settings.postgresConfiguration(
            name: "sluice \(settings.nodeName)", session: OperatorSession.databaseSettings)
        var configuration = APIConfiguration(
            node: registration(as: .api), host: settings.apiHost, port: settings.apiPort, database: database,
            nats: natsOptions, subjects: try subjects())
        configuration.timers = settings.timers
        configuration.windows = settings.windows
        configuration.requestsPerSecond = settings.apiRequestsPerSecond
        configuration.createsSenders = settings.apiCreatesSenders
        configuration.connections = settings.poolSize
        configuration.publicURL = settings.publicURL
        configuration.webhookPrivateAddresses = settings.webhookPrivateAddresses
        configuration.optOutWords = settings.optOutWords
        configuration.optOutScope = settings.optOutScope
        let server = APIServer(configuration: configuration, metrics: metrics, logger: logger)
        try await run(server) { await server.readiness() }
    }

    private func registration(as role: NodeRole) -> NodeRegistration {
        NodeRegistration(
            name: settings.nodeName, role: role, version: version, host: SettingsOptions.hostName,
            lease: settings.timers.lease)
    }

    private var version: String { settings.pretendedVersion ?? SluiceCore.version }

    /// The client is shut down on every way out: it must not be forgotten while it holds sockets.
    private func withGatewayClient(_ body: (GatewayClient) async throws -> Void) async throws {
        var configuration = GatewayClient.Configuration()
        configuration.connectionsPerHost = settings.permitsPerHost
        configuration.traceHeaders = settings.traceHeaders
        let clock = SystemClock()
        let client = GatewayClient(configuration: configuration) { clock.now() }
        do {
            try await body(client)
        } catch {
            // The reason why the node stopped matters more than a socket that would not close.
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    /// A node starts without NATS and goes on without it, by polling.
    private var natsOptions: NATSOptions {
        var options = settings.natsOptions(name: settings.nodeName)
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
