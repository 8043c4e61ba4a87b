import Foundation
import Logging
import PostgresDriver
import RequestLog
import SluiceDev
import Testing

/// A cluster of real processes for one test: the binaries of this build, in a folder that only root can enter, as a
/// newcomer's temporary clone is.
struct TestCluster: Sendable {
    let environment: DevEnvironment
    let dataPath: String
    let logPath: String

    /// Runs `body` on a cluster of its own and stops it, or fails the test when that took longer than `limit`.
    static func run(
        devices: Int, shards: Int = 3, coordinators: Int = 2, simulator: [String] = [],
        nodes: [String: String] = [:], limit: Duration = .seconds(180),
        _ body: @escaping @Sendable (TestCluster) async throws -> Void
    ) async throws {
        let folder = try scratchFolder()
        defer { removeFolder(folder) }
        var options = DevOptions(dataPath: folder + "/data", programs: DevPrograms(folder: Programs.folder))
        options.devices = devices
        options.shards = shards
        options.coordinators = coordinators
        options.hasGap = false
        options.simulatorArguments = simulator
        options.nodeEnvironment = nodes
        options.apiPort = 0
        let cluster = DevCluster(options: options, logger: Logger(label: "cluster") { _ in SwiftLogNoOpLogHandler() })
        let dataPath = options.dataPath
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await cluster.run { environment in
                    let logPath = try #require(environment.requestLogPath)
                    try await body(TestCluster(environment: environment, dataPath: dataPath, logPath: logPath))
                }
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw ClusterTestError("the test took more than \(limit)")
            }
            try await group.next()
            group.cancelAll()
        }
    }

    // MARK: Looking

    /// The cluster's requests so far, judged by the caps in the tables.
    func judge(windows: [CapRules.Window]? = nil) async throws -> Verdict {
        try RequestLogJudge.judge(path: logPath, plan: try await capPlan(windows: windows))
    }

    /// Accepted requests so far.
    func accepted() throws -> Int {
        var count = 0
        _ = try RequestLogReader(path: logPath).read { entry in
            if case .response(let outcome) = entry, outcome.verdict == .accepted { count += 1 }
        }
        return count
    }

    /// Whether a request arrived after this wall-clock time.
    func hasRequest(after nanoseconds: Int64) throws -> Bool {
        var found = false
        _ = try RequestLogReader(path: logPath).read { entry in
            if case .request(let request) = entry, request.nanoseconds > nanoseconds { found = true }
        }
        return found
    }

    /// Steps that a contact moved on from without an accepted request in the log.
    func missingKeys() async throws -> Set<String> {
        let rows = try await query(
            """
            SELECT replace(id::text, '-', '') || '-' || generation || '-' || m
            FROM sequence_contacts, generate_series(0, moves - 1) m WHERE moves > 0
            """)
        var missing = Set(try rows.column(String.self, at: 0))
        var keys: [UInt64: String] = [:]
        _ = try RequestLogReader(path: logPath).read { entry in
            switch entry {
            case .request(let request): keys[request.sequence] = request.key
            case .response(let outcome):
                if outcome.verdict == .accepted, let key = keys[outcome.sequence] { missing.remove(key) }
            }
        }
        return missing
    }

    // MARK: SQL, on a connection of its own each time: the database may have died in between

    @discardableResult
    func query(_ sql: String, _ parameters: [PostgresValue] = []) async throws -> PostgresResult {
        // As in psql: no limit of ours on how long a user's statement may take.
        var configuration = try PostgresConfiguration(
            environment.databaseURL, applicationName: "cluster test", settings: [:])
        // How long it may take to log in where much else is done is not what these tests are about.
        configuration.connectTimeout = .seconds(15)
        return try await PostgresConnection.withConnection(configuration) { connection in
            try await connection.query(sql, parameters, deadline: .seconds(300))
        }
    }

    /// A single number from a query.
    func number(_ sql: String) async throws -> Int {
        Int(try await query("SELECT (\(sql))::bigint").scalar(Int64.self))
    }

    func processID(_ name: String) throws -> Int32? { try DevCluster.processID(of: name, dataPath: dataPath) }

    /// kill -9, and who it was.
    @discardableResult
    func kill(_ name: String) throws -> Int32 {
        let pid = try #require(try processID(name), "\(name) runs")
        Glibc.kill(pid, SIGKILL)
        return pid
    }

    private func capPlan(windows: [CapRules.Window]?) async throws -> CapPlan {
        let rows = try await query(
            """
            SELECT coalesce(c.gateway_device, d.device_name) AS name, c.cap_key, c.hourly_cap, c.daily_cap, c.concurrent_cap
            FROM device_caps c JOIN user_devices d ON d.id = c.device_id
            """)
        var plan = CapPlan()
        for row in rows {
            let key = try row.decode(String.self, "cap_key")
            plan.capKeyOfDevice[try row.decode(String.self, "name")] = key
            let concurrency = Int(try row.decode(Int32.self, "concurrent_cap"))
            let hourly = Int(try row.decode(Int32.self, "hourly_cap"))
            let daily = Int(try row.decode(Int32.self, "daily_cap"))
            plan.byCapKey[key] =
                windows.map { CapRules(windows: $0, concurrency: concurrency) }
                ?? CapRules(hourly: hourly, daily: daily, concurrency: concurrency)
        }
        return plan
    }

    // MARK: Work

    /// A sequence whose steps wait nothing: `trigger`, `trigger_2`, …
    func addSequence(_ trigger: String, steps: Int) async throws {
        try await query(
            """
            WITH s AS (INSERT INTO sequences (name) VALUES ($1) RETURNING id)
            INSERT INTO sequence_steps (sequence_id, day_number, trigger, next_trigger, trigger_delay_hours, is_entry_point, content)
            SELECT s.id, n, CASE WHEN n = 1 THEN $1 ELSE $1 || '_' || n END, CASE WHEN n < $2 THEN $1 || '_' || n + 1 END,
                0, n = 1, 'Hello, part ' || n
            FROM s, generate_series(1, $2) n
            """, [.string(trigger), .int32(Int32(steps))])
    }

    /// So many leads, spread over the devices, with this trigger from the start; `first` keeps their phones apart from
    /// earlier ones'.
    func addLeads(_ count: Int, trigger: String, from first: Int = 0) async throws {
        try await query(
            """
            WITH d AS (SELECT id, row_number() OVER (ORDER BY device_name) - 1 AS n, count(*) OVER () AS devices FROM user_devices)
            INSERT INTO leads (name, phone, device_id, trigger)
            SELECT 'Lead ' || i, (4917000000000 + i)::text, d.id, $2
            FROM generate_series($3::int, $3::int + $1::int - 1) i JOIN d ON d.n = i % d.devices
            """, [.int32(Int32(count)), .string(trigger), .int32(Int32(first))])
    }
}

/// Where this build's programs are: beside the test bundle, unless `SLUICE_TEST_PROGRAMS` names others, as those of an
/// optimized build.
enum Programs {
    static var folder: String {
        if let other = ProcessInfo.processInfo.environment["SLUICE_TEST_PROGRAMS"] { return other }
        return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    }

    static var sluice: String { folder + "/sluice" }

    /// The checkout these tests were built from.
    static var checkout: String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized.path
    }
}

struct ClusterTestError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func scratchFolder() throws -> String {
    let url = FileManager.default.temporaryDirectory.appending(path: "sluice-cluster-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
        at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return url.path
}

func removeFolder(_ path: String) {
    do {
        try FileManager.default.removeItem(atPath: path)
    } catch {
        Issue.record("could not remove \(path): \(error)")
    }
}
