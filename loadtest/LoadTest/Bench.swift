public import Logging
internal import PostgresDriver
public import SluiceDev
internal import Synchronization

/// Two figures of one run: how fast messages go end to end when nothing limits them, and how quiet the database is when
/// every device is capped.
public struct Bench: Sendable {
    public struct Result: Sendable, Codable {
        public var messages: Int
        public var seconds: Double
        public var messagesPerSecond: Double
        /// Transactions per second and node while every device is at its cap and contacts wait.
        public var idleTransactionsPerNode: Double
        public var summary: String
    }

    /// Nodes that talk to the database all the time: coordinators, shards and the API.
    private var nodes: Int { options.coordinators + options.shards + 1 }
    private static let deadline: Duration = .seconds(120)
    private static let idleFor: Duration = .seconds(15)

    private var options: DevOptions
    private let logger: Logger
    private let workload = Workload(sequences: [.init(name: "Bench", trigger: "bench", steps: 1)], leads: 30_000)

    public init(options: DevOptions, logger: Logger) {
        self.options = options
        self.options.hasGap = false
        self.options.simulatorArguments += ["--latency", "0"]
        self.logger = logger
    }

    public func run() async throws -> Result {
        let line = Mutex(ProgressLine())
        let result = Mutex<Result?>(nil)
        let cluster = DevCluster(options: options, logger: logger) { text in line.withLock { $0.note("  " + text) } }
        try await cluster.run { environment in
            let found = try await self.measure(environment, line)
            result.withLock { $0 = found }
        }
        guard let found = result.withLock({ $0 }) else { throw CancellationError() }
        return found
    }

    private func measure(_ environment: DevEnvironment, _ line: borrowing Mutex<ProgressLine>) async throws -> Result {
        guard let logPath = environment.requestLogPath else { throw CancellationError() }
        let configuration = try PostgresConfiguration(
            environment.databaseURL, applicationName: "sluice bench", settings: ["statement_timeout": "60s"])
        return try await PostgresConnection.withConnection(configuration) { connection in
            try await self.measure(connection, logPath, line)
        }
    }

    private func measure(
        _ connection: PostgresConnection, _ logPath: String, _ line: borrowing Mutex<ProgressLine>
    ) async throws -> Result {
        let tables = Tables(connection: connection)
        try await connection.query("UPDATE device_caps SET hourly_cap = 1000000, daily_cap = 1000000")
        try await workload.loadSequences(on: connection)
        try await workload.loadLeads(on: connection)
        // Paused while the leads enroll, so that the figure is of claiming, capping and sending alone.
        try await connection.query("INSERT INTO pauses (scope, reason) VALUES ('*', 'bench: loading')")
        try await workload.assignTriggers(on: connection)
        try await wait("enrolling", line) { try await tables.standing(scarce: 0).contacts == workload.leads }
        try await connection.query("DELETE FROM pauses")
        var log = LogFollower(path: logPath)
        try await wait("sending", line) {
            try log.readOn()
            return log.accepted >= workload.leads
        }
        let seconds = Double((log.lastNanoseconds ?? 0) - (log.firstNanoseconds ?? 0)) / 1e9
        let summary = try await RunSummary(
            standing: tables.standing(scarce: 0), expected: tables.expectedKeys(), logPath: logPath,
            plan: tables.capPlan(), next: nil)
        let idle = try await measureIdle(tables, connection, line)
        return Result(
            messages: log.accepted, seconds: seconds, messagesPerSecond: Double(log.accepted) / max(seconds, 0.001),
            idleTransactionsPerNode: idle, summary: summary.line)
    }

    /// Every device gets a cap it has used up already, every lead enters again, and nothing can go.
    private func measureIdle(
        _ tables: Tables, _ connection: PostgresConnection, _ line: borrowing Mutex<ProgressLine>
    ) async throws -> Double {
        try await connection.query("UPDATE device_caps SET hourly_cap = 1")
        try await connection.query("UPDATE leads SET trigger = NULL")
        try await workload.assignTriggers(on: connection)
        try await wait("filling the queue again", line) {
            try await tables.standing(scarce: 0).waiting == workload.leads
        }
        line.withLock { $0.show("  every device capped: counting transactions for \(Self.idleFor)") }
        try await Task.sleep(for: .seconds(5))
        let before = try await tables.transactions()
        let started = ContinuousClock.now
        try await Task.sleep(for: Self.idleFor)
        let after = try await tables.transactions()
        let seconds = Double(started.duration(to: .now) / .seconds(1))
        return Double(after - before) / seconds / Double(nodes)
    }

    private func wait(
        _ what: String, _ line: borrowing Mutex<ProgressLine>, until isDone: () async throws -> Bool
    ) async throws {
        let started = ContinuousClock.now
        while try await !isDone() {
            guard started.duration(to: .now) < Self.deadline else {
                throw LoadTestError("\(what) took more than \(Self.deadline)")
            }
            line.withLock { $0.show("  \(what): \(started.duration(to: .now).components.seconds) s") }
            try await Task.sleep(for: .milliseconds(250))
        }
    }
}

/// A run that could not be finished, in words.
public struct LoadTestError: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
