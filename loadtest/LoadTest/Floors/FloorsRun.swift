internal import Logging
internal import PostgresDriver
public import SluiceDev
internal import Synchronization

/// The floors alone, on a private cluster that has nothing to do.
public struct FloorsRun: Sendable {
    private let options: DevOptions
    private let interruption: Interruption

    /// - Parameters:
    ///   - base: the folder and the programs.
    ///   - interruption: ends it before the next measurement when it is requested.
    public init(base: DevOptions, interruption: Interruption) {
        var options = base
        options.shards = 1
        options.coordinators = 1
        options.devices = 1
        options.apiPort = 0
        options.simulatorArguments = ["--latency", "0"]
        self.options = options
        self.interruption = interruption
    }

    public func run() async throws -> Floors {
        let (line, interruption) = (ProgressReport(), interruption)
        let found = Mutex<Floors?>(nil)
        let cluster = DevCluster(
            options: options, logger: Logger(label: "loadtest") { _ in NotingLogHandler { line.note("  " + $0) } },
            progress: { line.note("  " + $0) })
        try await cluster.run { environment in
            let configuration = try RunConnection.configuration(environment.databaseURL)
            let floors = try await PostgresConnection.withConnection(configuration) { connection in
                try await Floors.measure(gatewayURL: environment.gatewayURL, connection: connection) {
                    if interruption.isRequested { throw LoadTestError("interrupted; no floor was measured") }
                    line.note("  " + $0)
                }
            }
            found.withLock { $0 = floors }
        }
        guard let floors = found.withLock({ $0 }) else { throw CancellationError() }
        return floors
    }
}
