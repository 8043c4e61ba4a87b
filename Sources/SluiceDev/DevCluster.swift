import Glibc
public import Logging
import PostgresDriver
import SluiceStore

/// A private cluster: starts, runs and stops with the scope of one call.
public struct DevCluster: Sendable {
    private let options: DevOptions
    private let logger: Logger
    private let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - logger: hears of processes that die.
    ///   - progress: is told, in words for people, what happens while the cluster starts and stops.
    public init(options: DevOptions, logger: Logger, progress: @escaping @Sendable (String) -> Void = { _ in }) {
        self.options = options
        self.logger = logger
        self.progress = progress
    }

    /// Starts everything, runs `body`, and stops everything when it returns. When the task is cancelled all is stopped
    /// at once.
    ///
    /// - Throws: ``DevError``, what `body` throws, or an error of the database while it is set up.
    public func run(_ body: @escaping @Sendable (DevEnvironment) async throws -> Void) async throws {
        let folder = try DataFolder(path: options.dataPath)
        let lock = try FolderLock(folder)
        try folder.write("\(getpid())\n", to: folder.processID)
        try checkPrograms()
        try await ProcessRecord.endLeftovers(in: folder)
        let plan = try Plan(options: options, folder: folder)
        progress("PostgreSQL and NATS in \(folder.path)")
        try await plan.postgres.prepare()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await LogTrimmer(folder: folder, logger: logger).run() }
            try await Stage.run(stages(of: plan, in: folder)[...], in: folder, logger: logger) {
                try folder.write(plan.environment.shellScript, to: folder.environment)
                // Shard nodes whose database is gone take a minute for it.
                defer { progress("stopping") }
                try await body(plan.environment)
            }
            group.cancelAll()
        }
        unlink(folder.processID)
        // Held until here: nothing of the folder is touched after it is given back.
        withExtendedLifetime(lock) {}
    }

    /// - Throws: ``DevError`` when a cluster runs on the folder, which exists.
    public static func checkUnused(dataPath: String) throws(DevError) {
        _ = try FolderLock(try DataFolder(path: dataPath))
    }

    /// The process id of a node (`shard-1`), of `postgres`, `nats` or `gateway`; nil when it does not run. For fault
    /// tests.
    public static func processID(of name: String, dataPath: String) throws -> Int32? {
        ProcessRecord.load(name, from: try DataFolder(path: dataPath))?.pid
    }

    private func stages(of plan: Plan, in folder: DataFolder) -> [Stage] {
        let nodes = plan.nodes
        var stages = [
            Stage(
                processes: [plan.postgres.process],
                unready: { await plan.postgres.isReady() ? [] : [.init(name: "postgres", reason: "does not answer")] },
                readyWithin: .seconds(60),
                then: { try await setUp(plan) }),
            Stage(processes: [plan.nats.process], unready: { Self.deaf("nats", plan.nats.isReady()) }),
        ]
        if options.gatewayURL == nil {
            stages.append(
                announced([nodes.simulator(requestLog: folder.requestLog)]) {
                    Self.deaf("gateway", LocalPort.isAccepting(nodes.gatewayPort))
                })
        }
        stages += [
            ready(nodes.coordinators(ports: plan.coordinatorPorts), plan.coordinatorPorts),
            ready(nodes.shards(ports: plan.shardPorts), plan.shardPorts) { await plan.postgres.unassignedSlots() },
            ready([nodes.api(port: plan.apiHealthPort)], [plan.apiHealthPort]) {
                Self.deaf("api-1", LocalPort.isAccepting(nodes.apiPort))
            },
        ]
        return stages
    }

    /// Nodes that are ready when each says so itself and `more` has nothing to add.
    private func ready(
        _ processes: [ChildProcess], _ healthPorts: [Int],
        and more: @escaping @Sendable () async -> [Stage.Unready] = { [] }
    ) -> Stage {
        var stage = announced(processes) {
            var unready: [Stage.Unready] = []
            for (process, port) in zip(processes, healthPorts) {
                guard let reason = await ReadinessProbe.problem(port: port) else { continue }
                unready.append(.init(name: process.name, reason: reason))
            }
            return unready.isEmpty ? await more() : unready
        }
        // After a kill a node waits for its last lease's end and then reads the ledger of a day.
        stage.readyWithin = .seconds(60)
        return stage
    }

    private func announced(
        _ processes: [ChildProcess], unready: @escaping @Sendable () async -> [Stage.Unready]
    ) -> Stage {
        let names = processes.map(\.name).joined(separator: ", ")
        return Stage(processes: processes, unready: unready, then: { progress("\(names) up") })
    }

    private static func deaf(_ name: String, _ isAccepting: Bool) -> [Stage.Unready] {
        isAccepting ? [] : [.init(name: name, reason: "does not listen yet")]
    }

    private func setUp(_ plan: Plan) async throws {
        try await plan.postgres.createDatabase()
        let configuration = try PostgresConfiguration(
            plan.environment.databaseURL, applicationName: "sluice dev", settings: Migrator.sessionSettings)
        try await PostgresConnection.withConnection(configuration) { connection in
            let report = try await Migrator(connection: connection).migrate()
            if report.from != report.to { progress("schema at version \(report.to)") }
            let devices = DevDevices(
                count: options.devices, hasGap: options.hasGap, gatewayURL: plan.environment.gatewayURL,
                gatewayDialect: options.gatewayDialect)
            try await devices.create(on: connection)
            try await options.beforeNodes(connection)
        }
    }

    private func checkPrograms() throws(DevError) {
        guard access(options.programs.sluice, X_OK) == 0 else {
            throw DevError("\(options.programs.sluice) is missing; build it with `make build`")
        }
        guard options.gatewayURL != nil || access(options.programs.simulator, X_OK) == 0 else {
            throw DevError(
                "\(options.programs.simulator) is missing; build it with `make build`, or name a gateway with --gateway URL"
            )
        }
    }
}
