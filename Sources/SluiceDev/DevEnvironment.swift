/// How to reach a private cluster that runs.
public struct DevEnvironment: Hashable, Sendable {
    public var databaseURL: String
    public var natsURL: String
    public var apiURL: String
    public var gatewayURL: String
    /// The simulator's request log; nil when the gateway is somebody else's.
    public var requestLogPath: String?
    /// Where each node's `/healthz`, `/readyz` and `/metrics` listen, by the node's name.
    public var healthPorts: [String: Int] = [:]

    /// The variables by name, in the order in which they are written.
    public var variables: [(name: String, value: String)] {
        var variables = [
            (name: "DATABASE_URL", value: databaseURL), (name: "NATS_URL", value: natsURL),
            (name: "SLUICE_API_URL", value: apiURL), (name: "GATEWAY_URL", value: gatewayURL),
        ]
        if let requestLogPath { variables.append((name: "GATEWAY_REQUEST_LOG", value: requestLogPath)) }
        return variables
    }

    /// `export` lines for a shell's `source`, which `--config` reads as well.
    var shellScript: String {
        let quoted = variables.map { variable in
            "export \(variable.name)='\(variable.value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
        }
        return quoted.joined(separator: "\n") + "\n"
    }
}
