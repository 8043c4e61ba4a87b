import FoundationEssentials
import Glibc
import PostgresDriver
import SluiceCore
import Subprocess
import SystemPackage

/// A PostgreSQL server of the cluster's own, with one user and one database, both called `sluice`.
struct PrivatePostgres: Sendable {
    private let folder: DataFolder
    private let programs: String
    private let account: ServerAccount?
    private let port: Int
    private let password: String

    /// Where Debian puts server programs, newest version first. Sluice needs 15.
    private static let programFolders = (15...18).reversed().map { "/usr/lib/postgresql/\($0)/bin" }

    init(folder: DataFolder, port: Int) throws(DevError) {
        guard let programs = Self.programFolders.first(where: { access($0 + "/initdb", X_OK) == 0 }) else {
            throw DevError(
                "PostgreSQL's server programs are missing; run scripts/bootstrap or `apt-get install postgresql-15`")
        }
        self.folder = folder
        self.programs = programs
        self.port = port
        account = try ServerAccount.forServers()
        password = try Self.password(in: folder)
    }

    func url(database: String = "sluice") -> String {
        "postgresql://sluice:\(password)@127.0.0.1:\(port)/\(database)"
    }

    /// Makes the database folder when there is none, and removes the mark of a server that is gone.
    func prepare() async throws {
        removeStaleMark()
        guard access(folder.postgres + "/PG_VERSION", F_OK) != 0 else { return }
        let fresh = folder.postgres + ".new"
        do {
            // What an interrupted attempt left. Made aside and renamed, so that a folder of that name is always
            // complete.
            if FileManager.default.fileExists(atPath: fresh) { try FileManager.default.removeItem(atPath: fresh) }
            try FileManager.default.createDirectory(atPath: fresh, withIntermediateDirectories: false)
        } catch {
            throw DevError("cannot make \(fresh): \(error); remove it, or choose another folder with --data")
        }
        try account?.own(fresh)
        let initdb = ChildProcess(
            name: "initdb", executable: programs + "/initdb",
            arguments: [
                "-D", fresh, "-U", "sluice", "--auth=scram-sha-256", "--pwfile=\(folder.password)", "--encoding=UTF8",
                "--locale=C.UTF-8", "--no-instructions",
            ], account: account)
        _ = try await initdb.run(in: folder)
        guard access(fresh + "/PG_VERSION", F_OK) == 0, rename(fresh, folder.postgres) == 0 else {
            throw DevError("initdb failed; its last lines are:\n\(folder.lastLines(of: "initdb"))")
        }
    }

    var process: ChildProcess {
        ChildProcess(
            name: "postgres", executable: programs + "/postgres",
            arguments: ["-D", folder.postgres] + settings.flatMap { ["-c", "\($0.key)=\($0.value)"] }, account: account,
            stopSignal: .interrupt, stopDeadline: .seconds(20), orphanSignal: .interrupt)
    }

    /// Durability is PostgreSQL's default; the rest fits a laptop. The socket would need a folder that the account may
    /// write. The log shows neither the row nor the statement of an error: they hold phone numbers and texts.
    private var settings: KeyValuePairs<String, String> {
        [
            "listen_addresses": "127.0.0.1", "port": "\(port)", "unix_socket_directories": "", "max_connections": "300",
            "shared_buffers": "256MB", "max_wal_size": "8GB", "checkpoint_timeout": "15min", "log_checkpoints": "off",
            "log_error_verbosity": "terse", "log_min_error_statement": "panic",
        ]
    }

    func isReady() async -> Bool {
        guard LocalPort.isAccepting(port) else { return false }
        // A server that still recovers refuses; the caller asks again until its deadline.
        return (try? await withConnection(database: "postgres") { _ in true }) ?? false
    }

    /// Says whether hash slots still wait for their shard node, or shard nodes for their slots.
    func unassignedSlots() async -> [Stage.Unready] {
        do {
            let waiting = try await withConnection(database: "sluice") { connection in
                try await connection.query(Self.unassignedSQL).scalar(Int64.self)
            }
            guard waiting > 0 else { return [] }
            return [.init(name: "shards", reason: "\(waiting) hash slots have no settled owner yet")]
        } catch {
            return [.init(name: "postgres", reason: "\(error)")]
        }
    }

    /// A shard node without a slot counts as one that waits: the leader has not seen it yet.
    private static let unassignedSQL = """
        WITH live AS (SELECT incarnation FROM node_leases WHERE role = '\(NodeRole.shard.rawValue)' AND expires_at > now())
        SELECT (SELECT count(*) FROM slot_owners WHERE wanted <> owner OR owner IS NULL
                OR owner NOT IN (SELECT incarnation FROM live))
            + (SELECT count(*) FROM live WHERE incarnation NOT IN (
                SELECT owner FROM slot_owners WHERE owner IS NOT NULL))
        """

    /// Makes the database `sluice` when it is missing.
    func createDatabase() async throws {
        try await withConnection(database: "postgres") { connection in
            let found = try await connection.query("SELECT 1 FROM pg_database WHERE datname = 'sluice'")
            if found.isEmpty { try await connection.query("CREATE DATABASE sluice", deadline: .seconds(60)) }
        }
    }

    private func withConnection<Value: Sendable>(
        database: String, _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let configuration = try PostgresConfiguration(
            url(database: database), applicationName: "sluice dev", settings: ["statement_timeout": "60s"])
        return try await PostgresConnection.withConnection(configuration, body)
    }

    /// `postmaster.pid` of a server that was killed names a pid that another process may have by now; PostgreSQL would
    /// refuse to start.
    private func removeStaleMark() {
        let mark = folder.postgres + "/postmaster.pid"
        guard let pid = folder.read(mark)?.split(separator: "\n").first.flatMap({ pid_t($0) }) else { return }
        let command = folder.read("/proc/\(pid)/cmdline") ?? ""
        if !command.contains(folder.postgres) { unlink(mark) }
    }

    private static func password(in folder: DataFolder) throws(DevError) -> String {
        if let known = folder.read(folder.password)?.split(separator: "\n").first { return String(known) }
        var random = SystemRandomNumberGenerator()
        let password = (0..<4).map { _ in String(random.next() as UInt64, radix: 36) }.joined()
        try folder.write(password + "\n", to: folder.password)
        return password
    }
}
