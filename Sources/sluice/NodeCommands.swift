import ArgumentParser
import SluiceAPI
import SluiceCore

/// The options that the roles share.
struct NodeOptions: ParsableArguments {
    @OptionGroup var settings: SettingsOptions

    @Option(help: ArgumentHelp("This node's name, unique in the cluster, in place of SLUICE_NODE.", valueName: "name"))
    var node: String?

    @Option(
        help: ArgumentHelp("Port of /healthz, /readyz and /metrics, in place of SLUICE_HTTP_PORT.", valueName: "port"))
    var httpPort: String?

    /// - Parameter more: further options of the command, by their settings' keys.
    func process(role: NodeRole, adding more: [String: String?] = [:]) throws -> RoleProcess {
        let own = ["SLUICE_NODE": node, "SLUICE_HTTP_PORT": httpPort]
        return try RoleProcess(role: role, options: settings, adding: own.merging(more) { own, _ in own })
    }
}

struct CoordinatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coordinator", abstract: "Run a coordinator.",
        discussion: """
            Of all coordinators one leads and claims what is due; the others take over when it dies.

            EXAMPLE:
              sluice coordinator --node coordinator-1
            """)

    @OptionGroup var node: NodeOptions

    func run() async throws {
        try await ExitStatus.of { try await node.process(role: .coordinator).runCoordinator() }
    }
}

struct ShardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shard", abstract: "Run a shard node.",
        discussion: """
            A shard node owns a share of the devices and sends for them. On SIGTERM it stops taking work, lets open requests finish and hands \
            its devices over.

            EXAMPLE:
              sluice shard --node shard-1 --http-port 9464
            """)

    @OptionGroup var node: NodeOptions

    func run() async throws {
        try await ExitStatus.of { try await node.process(role: .shard).runShard() }
    }
}

struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Run the HTTP API.",
        discussion: """
            EXAMPLES:
              sluice api --port 3000
              sluice api --openapi > sluice.json
            """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("The API's port, in place of SLUICE_API_PORT.", valueName: "port"))
    var port: String?

    @Flag(name: .customLong("openapi"), help: "Print what the API takes and answers, as OpenAPI 3.1, and run nothing.")
    var printsDocument = false

    func run() async throws {
        try await ExitStatus.of {
            if printsDocument { return Terminal.write(try APIServer.document()) }
            try await node.process(role: .api, adding: ["SLUICE_API_PORT": port]).runAPI()
        }
    }
}
