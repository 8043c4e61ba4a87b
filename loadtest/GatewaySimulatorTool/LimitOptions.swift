import ArgumentParser
import GatewaySimulator

struct LimitOptions: ParsableArguments {
    @Option(help: "Connections beyond this are closed at once.")
    var maxConnections = SimulatorLimits().connections
    @Option(help: "Open message requests beyond this are refused.")
    var maxOpenRequests = SimulatorLimits().openRequests
    @Option(help: "Bytes of a body; more is answered 413.")
    var maxBody = SimulatorLimits().bodyBytes
    @Option(help: "Webhook keys remembered for recognizing a repeated message.")
    var rememberedKeys = SimulatorLimits().rememberedKeys

    func limits() -> SimulatorLimits {
        var limits = SimulatorLimits()
        limits.connections = maxConnections
        limits.openRequests = maxOpenRequests
        limits.bodyBytes = maxBody
        limits.rememberedKeys = rememberedKeys
        return limits
    }
}
