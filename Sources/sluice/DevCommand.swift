import ArgumentParser
import FoundationEssentials
import Logging
import ServiceLifecycle
import SluiceConfig
import SluiceCore
import SluiceDev
import SluiceTelemetry

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev", abstract: "Run a whole cluster on this machine.",
        discussion: """
            Starts a private PostgreSQL and NATS, coordinators, shard nodes, the API and a gateway simulator, all on 127.0.0.1 and in one \
            folder, until Ctrl-C. A second start on the same folder goes on where the first one stopped.

            EXAMPLES:
              sluice dev
              sluice dev --shards 5 --devices 100 --no-gap
              sluice dev --gateway http://127.0.0.1:3001 --data /tmp/try
              sluice dev --gateway http://127.0.0.1:8080/send --gateway-dialect webhook
              source .sluice/env && psql "$DATABASE_URL"
            """)

    @Option(help: ArgumentHelp("How many shard nodes.", valueName: "n"))
    var shards = 3

    @Option(help: ArgumentHelp("How many coordinators; one leads.", valueName: "n"))
    var coordinators = 2

    @Option(help: ArgumentHelp("At least so many devices exist.", valueName: "n"))
    var devices = 3_000

    @Option(help: ArgumentHelp("The folder that holds everything.", valueName: "folder"))
    var data = ".sluice"

    @Option(help: ArgumentHelp("A gateway that runs already, in place of the simulator.", valueName: "url"))
    var gateway: String?

    @Option(
        help: ArgumentHelp(
            "How to speak to it: \(Dialect.names.joined(separator: " or ")); gowa unless told otherwise.",
            valueName: "dialect"))
    var gatewayDialect: String?

    @Flag(inversion: .prefixedNo, help: "New devices pause 5 to 15 s between two messages.")
    var gap = true

    @OptionGroup var logs: LogOptions

    func validate() throws {
        guard (1...20).contains(shards) else { throw ValidationError("--shards must be 1 to 20") }
        guard (1...5).contains(coordinators) else { throw ValidationError("--coordinators must be 1 to 5") }
        guard (0...1_000_000).contains(devices) else { throw ValidationError("--devices must be 0 to 1000000") }
        if let gateway, !gateway.hasPrefix("http://"), !gateway.hasPrefix("https://") {
            throw ValidationError("--gateway must be a URL that begins with http:// or https://")
        }
        if let gatewayDialect {
            guard Dialect(rawValue: gatewayDialect) != nil else {
                throw ValidationError("--gateway-dialect must be \(Dialect.names.joined(separator: " or "))")
            }
            guard gateway != nil else { throw ValidationError("--gateway-dialect needs --gateway") }
        }
    }

    func run() async throws {
        try await ExitStatus.of {
            let layers = [
                SettingsLayer(name: "command line", values: logs.values),
                SettingsLayer(name: "environment", values: ProcessInfo.processInfo.environment),
            ]
            let settings = try Settings.load(from: layers, hostName: SettingsOptions.hostName)
            _ = Telemetry.bootstrap(
                role: "dev", node: nil, level: settings.telemetryLevel, format: settings.telemetryFormat)
            var options = DevOptions(dataPath: data, programs: try .besideThisOne())
            options.shards = shards
            options.coordinators = coordinators
            options.devices = devices
            options.hasGap = gap
            options.gatewayURL = gateway
            if let gatewayDialect { options.gatewayDialect = gatewayDialect }
            options.apiPort = settings.apiPort
            options.nodeEnvironment["SLUICE_LOG_LEVEL"] = settings.logLevel.rawValue
            let logger = Logger(label: "sluice.dev")
            let cluster = DevCluster(options: options, logger: logger) { say("dev: \($0)") }
            try await SignaledServices.run([DevService(cluster: cluster, dataPath: data)], logger: logger)
        }
    }
}

/// Runs a private cluster until the service group stops.
private struct DevService: Service {
    let cluster: DevCluster
    let dataPath: String

    func run() async throws {
        let dataPath = dataPath
        try await cluster.run { environment in
            say(
                """
                dev: ready; Ctrl-C stops everything

                  in another terminal:   source \(dataPath)/env
                  look into the tables:  psql "$DATABASE_URL"
                  how it goes:           \(CommandLine.arguments[0]) status
                  logs:                  \(dataPath)/logs
                  API:                   \(environment.apiURL)
                  gateway:               \(environment.gatewayURL)

                """)
            try await gracefulShutdown()
        }
        say("dev: stopped")
    }
}

/// Written at once, where `print` would keep lines back when nobody watches a terminal.
private func say(_ line: String) { LogDestination.standardOutput.write(line + "\n") }

extension DevPrograms {
    /// The programs that were built together with this one.
    fileprivate static func besideThisOne() throws -> DevPrograms {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return DevPrograms(folder: path.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 })
    }
}
