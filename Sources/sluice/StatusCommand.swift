import ArgumentParser
import NATSDriver
import PostgresDriver
import SluiceConfig
import SluiceOperations

/// What `sluice status` and `sluice cluster status` take and do.
struct StatusArguments: ParsableArguments {
    static let discussion = """
        What is wrong comes first; each finding has a code with a section in docs/runbook.md.

        EXAMPLES:
          sluice status
          sluice status --watch
          sluice status --json | jq .findings

        EXIT STATUS (with --watch, of the last look):
          0  healthy
          1  degraded
          2  PostgreSQL cannot be reached
        """

    @OptionGroup var options: OperatorOptions

    @Flag(help: "Look again every 2 s, until Ctrl-C.")
    var watch = false

    /// A status asks several things, one after the other; the second connection lets a watch go on while one is
    /// replaced.
    private static let connections = PostgresPoolConfiguration(
        maximumConnections: 2, minimumConnections: 0, maximumWaiters: 8, acquireDeadline: .seconds(4))

    func run() async throws {
        try await ExitStatus.of {
            let settings = try options.settings.settings()
            let pool = PostgresPool(try OperatorOptions.database(settings), limits: Self.connections)
            let health = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pool.run() }
                let health = try await look(settings, pool)
                group.cancelAll()
                return health
            }
            if health.exitStatus != 0 { throw ExitCode(health.exitStatus) }
        }
    }

    private func look(_ settings: Settings, _ pool: PostgresPool) async throws -> ClusterHealth {
        var natsError: String?
        var nats: NATSConnection?
        do {
            nats = try await NATSConnection.connect(OperatorOptions.natsOptions(settings))
        } catch {
            natsError = "\(error)"
        }
        var health = ClusterHealth.healthy
        try await OperatorOptions.closing(nats) {
            var reader = StatusReader(try OperatorOptions.session(settings, pool, nats: nats), natsError: natsError)
            if watch {
                health = try await StatusWatch(isJSON: options.json).run(reader) ?? .healthy
            } else {
                let report = await reader.read()
                health = report.health
                try options.show(report) { StatusText.render(report, width: $0) }
            }
        }
        return health
    }
}

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the cluster is.", discussion: StatusArguments.discussion)

    @OptionGroup var arguments: StatusArguments

    func run() async throws { try await arguments.run() }
}

struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "Ask about the whole cluster.", subcommands: [Status.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how the cluster is; the same as `sluice status`.", discussion: StatusArguments.discussion)

        @OptionGroup var arguments: StatusArguments

        func run() async throws { try await arguments.run() }
    }
}
