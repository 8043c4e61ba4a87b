import ArgumentParser
import GatewaySimulator

@main
struct GatewaySimulatorTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice-gateway-simulator",
        abstract: "A messaging gateway that fails on demand and logs every request before it answers.",
        discussion: "loadtest/README.md documents scenarios, sandbox recipients, controls and the request log.")

    @OptionGroup(title: "Server")
    var server: ServerOptions
    @OptionGroup(title: "Behavior")
    var behavior: BehaviorOptions
    @OptionGroup(title: "Limits")
    var limits: LimitOptions

    mutating func run() async throws {
        var configuration = try server.configuration()
        configuration.scenario = try behavior.scenario()
        configuration.limits = limits.limits()
        announceOnStandardError(configuration)
        try await GatewaySimulator.runUntilTerminated(configuration) { simulator in
            try configuration.writePortFile(simulator.port)
            announce(simulator)
        }
    }
}
