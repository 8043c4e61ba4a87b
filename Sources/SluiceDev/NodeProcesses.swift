/// Sluice's own processes in a private cluster.
struct NodeProcesses: Sendable {
    var options: DevOptions
    var environment: DevEnvironment
    var apiPort: Int
    var gatewayPort: Int

    /// Longer than a node waits for its open requests, so that a stop is a hand-over and not a kill.
    private static let stopDeadline: Duration = .seconds(65)

    func simulator(requestLog: String) -> ChildProcess {
        ChildProcess(
            name: "gateway", executable: options.programs.simulator,
            arguments: ["--port", "\(gatewayPort)", "--log", requestLog] + options.simulatorArguments)
    }

    func coordinators(ports: [Int]) -> [ChildProcess] {
        ports.enumerated().map { node("coordinator", "coordinator-\($0 + 1)", healthPort: $1) }
    }

    func shards(ports: [Int]) -> [ChildProcess] {
        ports.enumerated().map { node("shard", "shard-\($0 + 1)", healthPort: $1) }
    }

    func api(port: Int) -> ChildProcess { node("api", "api-1", healthPort: port) }

    private func node(_ role: String, _ name: String, healthPort: Int) -> ChildProcess {
        // A laptop that was switched off for a night is no restored backup.
        var variables = [
            "SLUICE_RESTORE_SILENCE_S": "0", "SLUICE_PUBLIC_URL": environment.apiURL,
            "SLUICE_WEBHOOK_PRIVATE_ADDRESSES": "true",
        ].merging(options.nodeEnvironment) { $1 }
        for variable in environment.variables { variables[variable.name] = variable.value }
        variables["SLUICE_NODE"] = name
        variables["SLUICE_HTTP_HOST"] = "127.0.0.1"
        variables["SLUICE_HTTP_PORT"] = "\(healthPort)"
        variables["SLUICE_API_HOST"] = "127.0.0.1"
        variables["SLUICE_API_PORT"] = "\(apiPort)"
        variables["SLUICE_TRACE_HEADERS"] = "true"
        variables["SLUICE_API_CREATE_SENDERS"] = "true"
        return ChildProcess(
            name: name, executable: options.programs.sluice, arguments: [role], environment: variables,
            stopDeadline: Self.stopDeadline)
    }
}
