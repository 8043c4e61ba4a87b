import Foundation
import Glibc
public import PostgresDriver
import Synchronization

/// A private PostgreSQL cluster in a temporary folder, on 127.0.0.1 and a port the system chose.
///
/// PostgreSQL refuses to run as root, so it runs as the user `postgres` then. It ends and its folder goes when this
/// process ends, even when that is killed: a shell beside the server reads from a pipe whose other end only this
/// process holds.
public actor EphemeralPostgres {
    /// `postgresql://…` of the database `postgres`.
    public nonisolated let url: String
    public nonisolated let port: Int
    private let folder: String
    private var guardian: Process?
    private var lifeline: Pipe?
    private var templates: [String: Task<Void, any Error>] = [:]

    private static let sharedStart = Task { try await EphemeralPostgres.start() }

    /// The cluster that all suites of this process share; started when first asked for.
    public static func shared() async throws -> EphemeralPostgres {
        try await sharedStart.value
    }

    /// Starts a cluster of the caller's own, to be stopped or crashed.
    public static func start() async throws -> EphemeralPostgres {
        let folder = try ClusterFolder.make()
        let server = EphemeralPostgres(folder: folder, port: try FreePort.find())
        try await server.launch()
        return server
    }

    private init(folder: String, port: Int) {
        self.folder = folder
        self.port = port
        url = "postgresql://postgres@127.0.0.1:\(port)/postgres"
    }

    /// How to reach a database of this cluster as superuser.
    public nonisolated func configuration(
        database: String = "postgres", settings: [String: String] = PostgresConfiguration.defaultSettings
    ) throws -> PostgresConfiguration {
        try PostgresConfiguration(url, applicationName: "tests", settings: settings).withDatabase(database)
    }

    /// Ends the server at once, as a crash would: sessions are cut, the next start recovers from the log.
    public func crash() async throws {
        // The shell kills the server when its input ends, and ends itself after it.
        try lifeline?.fileHandleForWriting.close()
        lifeline = nil
        guard let process = guardian else { return }
        guardian = nil
        try await eventually("PostgreSQL to end", within: .seconds(30)) { !process.isRunning }
    }

    /// Starts the server again after ``crash()``, with the same data on the same port.
    public func restart() async throws {
        try await launch()
    }

    /// Ends the server and removes its data.
    public func stop() async throws {
        try await crash()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Makes sure that the database `name` exists, built once per cluster, to be copied by ``TestDatabase``.
    public func template(
        named name: String, build: @escaping @Sendable (PostgresConfiguration) async throws -> Void
    ) async throws {
        let task =
            templates[name]
            ?? Task {
                try await PostgresConnection.withConnection(configuration(settings: [:])) { connection in
                    try await connection.execute(
                        script: "CREATE DATABASE \(name.quotedIdentifier) TEMPLATE template0", deadline: .seconds(60))
                }
                try await build(configuration(database: name))
            }
        templates[name] = task
        try await task.value
    }

    /// The end of the server's log, for a look after a failure.
    public nonisolated func log() -> String {
        let text = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "no log"
        return String(text.suffix(4_000))
    }

    private func launch() async throws {
        let script = ["/bin/sh", "-c", Self.script, "sh", try Self.programs(), folder, "\(port)"]
        let command = try ServerUser.dropPrivileges(script)
        let (process, pipe) = try Self.spawning.withLock { _ in try Self.spawn(command, in: folder) }
        guardian = process
        lifeline = pipe
        do {
            try await eventually("PostgreSQL to accept connections", within: .seconds(60)) {
                guard process.isRunning else { throw EphemeralPostgresError("PostgreSQL ended:\n\(self.log())") }
                return await self.accepts()
            }
        } catch {
            throw EphemeralPostgresError("\(error)\n\(log())")
        }
    }

    /// One at a time: a child that is started between the making of another's pipe and the marking of it as not to be
    /// inherited would keep that server alive.
    private static let spawning = Mutex(())

    private static func spawn(_ command: [String], in folder: String) throws -> (Process, Pipe) {
        let pipe = Pipe()
        _ = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        // A child inherits the blocked signals of the thread that starts it, and threads of the cooperative pool
        // block nearly all: the shell would never learn that the server ended.
        var none = sigset_t()
        var previous = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        try process.run()
        return (process, pipe)
    }

    private func accepts() async -> Bool {
        guard let configuration = try? configuration() else { return false }
        // Until the server is up, refusals are what is expected.
        guard let connection = try? await PostgresConnection.connect(configuration) else { return false }
        await connection.close()
        return true
    }

    /// `$1` is the folder of the programs, `$2` the cluster's, `$3` the port. Ends with the server or with its own
    /// input.
    private static let script = """
        exec >>"$2/log" 2>&1
        if [ ! -f "$2/data/PG_VERSION" ]; then
            "$1/initdb" --no-sync --auth=trust --username=postgres --no-locale --encoding=UTF8 "$2/data" || exit 1
        fi
        "$1/postgres" -D "$2/data" -p "$3" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c fsync=off -c max_connections=200 -c shared_buffers=64MB -c logging_collector=off </dev/null &
        server=$!
        # A background job has /dev/null as its input, so the pipe is handed over as descriptor 3.
        exec 3<&0
        ( read line <&3; kill -QUIT $server ) &
        watcher=$!
        exec </dev/null
        wait $server
        kill $watcher
        # The test process has gone, so nobody will start this cluster again.
        [ "$PPID" = "$(ps -o ppid= -p $$ | tr -d ' ')" ] || rm -rf "$2"
        """

    private static func programs() throws -> String {
        let root = "/usr/lib/postgresql"
        // Without the folder there are no versions, and the message below says what to do.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.max()
        if let newest { return "\(root)/\(newest)/bin" }
        throw EphemeralPostgresError("PostgreSQL is not installed: apt-get install postgresql-15")
    }
}

/// Why a cluster could not be started.
public struct EphemeralPostgresError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
