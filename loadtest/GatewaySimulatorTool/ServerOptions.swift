import ArgumentParser
import GatewaySimulator

struct ServerOptions: ParsableArguments {
    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 0
    @Option(help: "File to write the port to once requests are taken.")
    var portFile: String?
    @Option(help: "The request log; appended to when it exists.")
    var log: String
    @Flag(name: .customLong("no-fsync"), help: "Do not wait for the disk before answering: for stress runs only.")
    var withoutSync = false
    @Option(help: "Prefix of the GOWA paths, such as /gowa.")
    var basePath = ""
    @Option(name: .customLong("webhook-path"), help: "A path that speaks the webhook dialect; may be repeated.")
    var webhookPaths = ["/webhook"]
    @Option(help: "USER:PASSWORD that the GOWA paths demand.")
    var basicAuth: String?
    @Option(help: "The devices that exist, as A,B,C or @FILE with one a line; any device exists without this.")
    var knownDevices: String?

    func configuration() throws -> SimulatorConfiguration {
        var configuration = SimulatorConfiguration(logPath: log)
        configuration.host = host
        configuration.port = port
        configuration.portFile = portFile
        configuration.syncsLog = !withoutSync
        configuration.basePath = basePath
        configuration.webhookPaths = webhookPaths
        configuration.basicAuth = basicAuth
        configuration.knownDevices = try knownDevices.map(SimulatorConfiguration.deviceList(argument:))
        return configuration
    }
}
