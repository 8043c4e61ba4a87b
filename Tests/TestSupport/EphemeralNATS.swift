import Glibc
import Synchronization

/// A nats-server of its own for one test: on 127.0.0.1, on a port the system chose, without JetStream, with its files
/// in a temporary folder.
///
/// It can be killed, paused and started again on the same port. It dies with the test process, even when that is
/// killed: a shell beside it reads from a pipe whose other end only this process holds, and kills the server when the
/// pipe closes.
public final class EphemeralNATS: Sendable {
    private struct Process {
        var server: pid_t
        var watchdog: pid_t
        var lifeline: Int32
    }

    public let port: Int
    private let folder: String
    private let arguments: [String]
    private let process: Mutex<Process?>

    /// `nats://127.0.0.1:port`.
    public var url: String { "nats://127.0.0.1:\(port)" }

    /// The path of the server's log, for a look after a failure.
    public var logFile: String { "\(folder)/server.log" }

    /// Starts a server and waits until it accepts connections.
    /// - Parameter arguments: further arguments of nats-server, such as `["--user", "u", "--pass", "p"]`.
    public static func start(arguments: [String] = []) async throws -> EphemeralNATS {
        let folder = try makeTemporaryFolder()
        let process = try launch(port: -1, folder: folder, arguments: arguments + ["--ports_file_dir", folder])
        do {
            let portsFile = "\(folder)/nats-server_\(process.server).ports"
            let port = try await poll("nats-server to write \(portsFile)") { readPort(portsFile) }
            try await waitUntilReady(port)
            return EphemeralNATS(port: port, folder: folder, arguments: arguments, process: process)
        } catch {
            end(process)
            removeFolder(folder)
            throw error
        }
    }

    private init(port: Int, folder: String, arguments: [String], process: Process) {
        self.port = port
        self.folder = folder
        self.arguments = arguments
        self.process = Mutex(process)
    }

    deinit {
        stop()
    }

    /// Kills the server (SIGKILL) and waits for its end. Does nothing when it does not run.
    public func kill() {
        let taken = process.withLock { process in
            defer { process = nil }
            return process
        }
        if let taken { Self.end(taken) }
    }

    /// Starts the server again on the same port and waits until it accepts connections.
    public func restart() async throws {
        kill()
        let started = try Self.launch(port: port, folder: folder, arguments: arguments)
        process.withLock { $0 = started }
        try await Self.waitUntilReady(port)
    }

    /// Freezes the server (SIGSTOP): its connections stay open and nothing answers.
    public func pause() {
        signal(SIGSTOP)
    }

    /// Lets a paused server go on.
    public func resume() {
        signal(SIGCONT)
    }

    /// Kills the server and removes its files.
    public func stop() {
        kill()
        Self.removeFolder(folder)
    }

    private func signal(_ number: Int32) {
        process.withLock { process in
            if let process { _ = Glibc.kill(process.server, number) }
        }
    }
}

/// Why a server could not be started.
public struct EphemeralNATSError: Error, CustomStringConvertible {
    public var description: String
}

extension EphemeralNATS {
    private static func launch(port: Int, folder: String, arguments: [String]) throws -> Process {
        let server = try spawn(
            try findServer(),
            ["--addr", "127.0.0.1", "--port", "\(port)", "--log", "\(folder)/server.log"] + arguments)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            _ = Glibc.kill(server, SIGKILL)
            throw EphemeralNATSError(description: "no pipe: errno \(errno)")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { Glibc.close(ends[0]) }
        do {
            let watchdog = try spawn("/bin/sh", ["-c", "read line; kill -9 \(server)"], standardInput: ends[0])
            return Process(server: server, watchdog: watchdog, lifeline: ends[1])
        } catch {
            _ = Glibc.kill(server, SIGKILL)
            Glibc.close(ends[1])
            throw error
        }
    }

    /// The server is killed and the watchdog gone before the server is reaped, so the watchdog cannot hit a process
    /// that has been given the same number.
    private static func end(_ process: Process) {
        _ = Glibc.kill(process.server, SIGKILL)
        Glibc.close(process.lifeline)
        waitpid(process.watchdog, nil, 0)
        waitpid(process.server, nil, 0)
    }

    private static func findServer() throws -> String {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/bin"]
        for folder in folders where access("\(folder)/nats-server", X_OK) == 0 { return "\(folder)/nats-server" }
        throw EphemeralNATSError(description: "nats-server is not installed")
    }

    private static func spawn(_ program: String, _ arguments: [String], standardInput: Int32? = nil) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let standardInput {
            posix_spawn_file_actions_adddup2(&actions, standardInput, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var texts = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for text in texts { free(text) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, program, &actions, nil, &texts, environ)
        guard status == 0 else { throw EphemeralNATSError(description: "\(program) does not start: errno \(status)") }
        return child
    }

    private static func makeTemporaryFolder() throws -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/sluice-nats-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw EphemeralNATSError(description: "no temporary folder in \(parent): errno \(errno)")
        }
        return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    private static func removeFolder(_ folder: String) {
        guard let listing = opendir(folder) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { unlink("\(folder)/\(name)") }
        }
        rmdir(folder)
    }
}

extension EphemeralNATS {
    /// The ports file is one line of JSON: `{"nats":["nats://127.0.0.1:40123"]}`, with `tls://` where that is required.
    private static func readPort(_ file: String) -> Int? {
        guard let stream = fopen(file, "r") else { return nil }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let text = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, stream)], as: UTF8.self)
        guard let host = text.firstRange(of: "://127.0.0.1:") else { return nil }
        let digits = text[host.upperBound...].prefix { $0.isNumber }
        return text[host.upperBound...].dropFirst(digits.count).isEmpty ? nil : Int(digits)
    }

    private static func waitUntilReady(_ port: Int) async throws {
        _ = try await poll("nats-server to accept on port \(port)") { accepts(port) ? true : nil }
    }

    private static func accepts(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func poll<Value>(_ what: String, _ check: () -> Value?) async throws -> Value {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if let value = check() { return value }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw EphemeralNATSError(description: "waited 10 s for \(what)")
    }
}
