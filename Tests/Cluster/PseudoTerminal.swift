import Foundation
import Glibc

/// A program on a terminal of its own, as a person at a keyboard has it: keys become signals, and a new size is told.
final class PseudoTerminal {
    private(set) var screen: TerminalScreen
    private let terminal: Int32
    private let process: pid_t
    private var ending: Int32?
    /// Bytes of a character that is not complete yet.
    private var rest: [UInt8] = []

    /// - Parameter environment: set beside this process's own.
    init(
        _ command: [String], environment: [(name: String, value: String)], columns: Int, rows: Int
    ) throws {
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 64)
        guard openpty(&ours, &theirs, &name, nil, nil) == 0 else {
            throw ClusterTestError("no pseudo terminal: errno \(errno)")
        }
        for side in [ours, theirs] { _ = fcntl(side, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ours, F_SETFL, O_NONBLOCK)
        // Open until the program has it: a terminal that nobody has open looks hung up to us.
        defer { close(theirs) }
        terminal = ours
        screen = TerminalScreen(columns: columns, rows: rows)
        Self.setSize(of: terminal, columns, rows)
        let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        process = try Self.spawn(command, environment, on: path)
    }

    deinit {
        if ending == nil {
            Glibc.kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(terminal)
    }

    func resize(columns: Int, rows: Int) {
        screen.resize(columns: columns, rows: rows)
        Self.setSize(of: terminal, columns, rows)
    }

    func type(_ keys: String) { _ = keys.withCString { write(terminal, $0, strlen($0)) } }

    func send(_ signal: Int32) { Glibc.kill(process, signal) }

    /// Takes in what was written until `condition` holds or the time is over. Says whether it held.
    func reads(within limit: Duration, until condition: (TerminalScreen) -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while true {
            take()
            if condition(screen) { return true }
            if ContinuousClock.now > deadline { return false }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The exit status; `128 + n` after signal n, as a shell says. Nil when it did not end in time.
    func ends(within limit: Duration) async throws -> Int32? {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            take()
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) == process {
                take()
                ending = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
                return ending
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }

    private func take() {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(terminal, &bytes, bytes.count)
            // Nothing there now, or the other side is closed.
            guard count > 0 else { return }
            rest += bytes[..<count]
            let torn = rest.suffix(3).lastIndex { $0 >= 0xC0 } ?? rest.endIndex
            let isWhole = torn == rest.endIndex || String(validating: rest[torn...], as: UTF8.self) != nil
            let end = isWhole ? rest.endIndex : torn
            screen.write(String(decoding: rest[..<end], as: UTF8.self))
            rest.removeSubrange(..<end)
        }
    }

    private static func setSize(of terminal: Int32, _ columns: Int, _ rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    }

    /// `POSIX_SPAWN_SETSID`, which spawn.h shows to GNU sources alone.
    private static let newSession: Int16 = 0x80

    /// In a session of its own: the terminal that it opens first is then the one that governs it.
    private static func spawn(
        _ command: [String], _ environment: [(name: String, value: String)], on terminal: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
        for output: Int32 in [1, 2] { posix_spawn_file_actions_adddup2(&actions, 0, output) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of the cooperative pool block signals, and a child inherits that.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Self.newSession)
        var variables = ProcessInfo.processInfo.environment
        for variable in environment { variables[variable.name] = variable.value }
        var arguments = command.map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + settings { free(text) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, command[0], &actions, &attributes, &arguments, &settings)
        guard status == 0 else { throw ClusterTestError("\(command[0]) does not start: errno \(status)") }
        return process
    }
}
