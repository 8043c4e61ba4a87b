/// Where everything of one run listens.
struct Plan: Sendable {
    let postgres: PrivatePostgres
    let nats: PrivateNATS
    let environment: DevEnvironment
    let nodes: NodeProcesses
    let coordinatorPorts: [Int]
    let shardPorts: [Int]
    let apiHealthPort: Int

    /// Ports of servers that a person may have written down are remembered; health ports are found anew.
    init(options: DevOptions, folder: DataFolder) throws(DevError) {
        var ports = RememberedPorts(folder)
        postgres = try PrivatePostgres(folder: folder, port: try ports.take("postgres"))
        nats = try PrivateNATS(port: try ports.take("nats"))
        let gatewayPort = try ports.take("gateway")
        let apiPort = try ports.take("api", first: options.apiPort)
        try ports.save(folder)
        coordinatorPorts = try Self.any(options.coordinators, of: &ports)
        shardPorts = try Self.any(options.shards, of: &ports)
        apiHealthPort = try ports.takeAny()
        var environment = DevEnvironment(
            databaseURL: postgres.url(), natsURL: nats.url, apiURL: "http://127.0.0.1:\(apiPort)",
            gatewayURL: options.gatewayURL ?? "http://127.0.0.1:\(gatewayPort)",
            requestLogPath: options.gatewayURL == nil ? folder.requestLog : nil)
        nodes = NodeProcesses(options: options, environment: environment, apiPort: apiPort, gatewayPort: gatewayPort)
        let processes =
            nodes.coordinators(ports: coordinatorPorts) + nodes.shards(ports: shardPorts)
            + [nodes.api(port: apiHealthPort)]
        for (process, port) in zip(processes, coordinatorPorts + shardPorts + [apiHealthPort]) {
            environment.healthPorts[process.name] = port
        }
        self.environment = environment
    }

    private static func any(_ count: Int, of ports: inout RememberedPorts) throws(DevError) -> [Int] {
        var taken: [Int] = []
        for _ in 0..<count { taken.append(try ports.takeAny()) }
        return taken
    }
}
