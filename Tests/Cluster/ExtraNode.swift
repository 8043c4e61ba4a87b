import Foundation
import SluiceDev

/// A node beside the cluster's own that nobody starts again when it ends.
final class ExtraNode: Sendable {
    let name: String
    private let process: Process

    /// - Parameters:
    ///   - role: the command that it is.
    ///   - changes: environment variables beside the cluster's.
    init(_ role: String, _ name: String, _ cluster: TestCluster, changes: [String: String] = [:]) throws {
        self.name = name
        process = Process()
        process.executableURL = URL(fileURLWithPath: Programs.sluice)
        process.arguments = [role]
        var variables = ProcessInfo.processInfo.environment
        for variable in cluster.environment.variables { variables[variable.name] = variable.value }
        variables["SLUICE_NODE"] = name
        variables["SLUICE_HTTP_HOST"] = "127.0.0.1"
        variables["SLUICE_HTTP_PORT"] = "0"
        variables["SLUICE_TRACE_HEADERS"] = "true"
        process.environment = variables.merging(changes) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    var isRunning: Bool { process.isRunning }
    var exitStatus: Int32 { process.terminationStatus }

    func terminate() { process.terminate() }

    /// kill -9, if it still runs.
    func end() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}
