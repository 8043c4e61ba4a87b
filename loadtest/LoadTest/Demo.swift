internal import Glibc
public import Logging
internal import PostgresDriver
public import SluiceDev
internal import Synchronization

/// The demonstration: 3,000 devices on three shard nodes deliver 30,000 leads' sequences while one node is killed
/// half-way.
///
/// A few devices have caps so low that their contacts must wait. At the end the request log is held against the tables.
public struct Demo: Sendable {
    /// Hourly cap of the scarce devices, and how many there are.
    private static let scarceCap = 5
    private static let scarceDevices = 30
    private static let deadline: Duration = .seconds(150)
    private static let victim = "shard-2"

    private let options: DevOptions
    private let logger: Logger
    private let workload = Workload()

    public init(options: DevOptions, logger: Logger) {
        var options = options
        options.hasGap = false
        options.simulatorArguments += ["--latency", "60ms/400ms", "--late-accept", "5"]
        self.options = options
        self.logger = logger
    }

    /// Starts the cluster, runs the demonstration and returns what came of it.
    public func run() async throws -> RunSummary {
        let line = Mutex(ProgressLine())
        let summary = Mutex<RunSummary?>(nil)
        let cluster = DevCluster(options: options, logger: logger) { text in line.withLock { $0.note("  " + text) } }
        try await cluster.run { environment in
            let found = try await self.demonstrate(environment, line)
            summary.withLock { $0 = found }
        }
        guard let found = summary.withLock({ $0 }) else { throw CancellationError() }
        return found
    }

    private func demonstrate(_ environment: DevEnvironment, _ line: borrowing Mutex<ProgressLine>) async throws
        -> RunSummary
    {
        guard let logPath = environment.requestLogPath else { throw CancellationError() }
        let configuration = try PostgresConfiguration(
            environment.databaseURL, applicationName: "sluice demo", settings: ["statement_timeout": "60s"])
        return try await PostgresConnection.withConnection(configuration) { connection in
            try await self.sendAndJudge(connection, logPath, line)
        }
    }

    private func sendAndJudge(
        _ connection: PostgresConnection, _ logPath: String, _ line: borrowing Mutex<ProgressLine>
    ) async throws -> RunSummary {
        let tables = Tables(connection: connection)
        try await load(on: connection)
        line.withLock { $0.note("  \(workload.leads) leads have their trigger; sending starts by itself") }
        try await follow(tables, logPath: logPath, line)
        let standing = try await tables.standing(scarce: Self.scarceCap)
        return try await RunSummary(
            standing: standing, expected: tables.expectedKeys(), logPath: logPath, plan: tables.capPlan(),
            next: tables.nextFreeSeconds())
    }

    private func load(on connection: PostgresConnection) async throws {
        try await workload.loadSequences(on: connection)
        // This gateway accepts nothing later than 5 s after it was given up, and says so: what the killed node leaves
        // unknown holds its device's concurrency for 16 s, not for the two minutes that a real GOWA may take.
        try await connection.query("UPDATE gateways SET http_timeout_ms = 10000, accepts_late_ms = 5000")
        // A WhatsApp device sends one message at a time; more open requests only queue inside its gateway.
        try await connection.query("UPDATE device_caps SET concurrent_cap = 2")
        try await connection.query(
            """
            UPDATE device_caps SET hourly_cap = $1 WHERE device_id IN (
                SELECT id FROM user_devices ORDER BY device_name LIMIT $2)
            """, [.int32(Int32(Self.scarceCap)), .int64(Int64(Self.scarceDevices))])
        try await workload.loadLeads(on: connection)
        try await workload.assignTriggers(on: connection)
    }

    /// Shows how it goes, kills a node half-way, and returns when every contact that can finish has, or at the
    /// deadline.
    private func follow(_ tables: Tables, logPath: String, _ line: borrowing Mutex<ProgressLine>) async throws {
        let total = workload.leads * workload.sequences.map(\.steps).reduce(0, +) / workload.sequences.count
        let started = ContinuousClock.now
        var log = LogFollower(path: logPath)
        var isKilled = false
        while started.duration(to: .now) < Self.deadline {
            try await Task.sleep(for: .milliseconds(500))
            let before = log.accepted
            try log.readOn()
            let seconds = started.duration(to: .now).components.seconds
            line.withLock {
                $0.show(
                    "  \(seconds) s: \(log.accepted) of about \(total) messages sent, \((log.accepted - before) * 2) per second"
                )
            }
            if !isKilled, log.accepted > total / 2 {
                isKilled = try kill(line)
            }
            let standing = try await tables.standing(scarce: Self.scarceCap)
            if isKilled, standing.contacts == standing.leads, standing.unfinished == 0, log.accepted == before {
                return
            }
        }
    }

    private func kill(_ line: borrowing Mutex<ProgressLine>) throws -> Bool {
        guard let pid = try DevCluster.processID(of: Self.victim, dataPath: options.dataPath) else { return false }
        Glibc.kill(pid, SIGKILL)
        line.withLock { $0.note("  \(Self.victim) (pid \(pid)) killed with -9; its devices move to the others") }
        return true
    }
}
