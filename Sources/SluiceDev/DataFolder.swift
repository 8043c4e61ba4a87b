import FoundationEssentials
import Glibc

/// The folder that holds everything of a private cluster.
///
/// ```
/// lock              held while a run lasts         postgres/           the database
/// pid               the run's process id           postgres.password   of its only user
/// env               for `source`                   ports               the ports used last
/// logs/NAME.log     one per process                run/NAME.pid        pid and start time of each process
/// gateway-requests.jsonl   the simulator's request log
/// ```
struct DataFolder: Sendable {
    /// Absolute: children have working folders of their own.
    let path: String

    /// A new database takes about 60 MB with its first log segments; a full disk later stops PostgreSQL in mid-write.
    private static let leastFreeForNew: UInt64 = 256 << 20
    /// To resume, PostgreSQL needs a log segment of 16 MB and some room for what it recovers.
    private static let leastFreeToResume: UInt64 = 48 << 20
    /// Below this the disk counts as full: a log segment, and the small files that a start writes.
    private static let fullBelow: UInt64 = 20 << 20

    /// Makes the folder when it is missing.
    init(path: String) throws(DevError) {
        self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        for folder in [self.path, self.path + "/logs", self.path + "/run"] {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw DevError(
                    "cannot make the data folder \(folder): \(Self.reason(error)); choose another one with --data")
            }
        }
        guard access(self.path, W_OK) == 0 else {
            throw DevError("the data folder \(self.path) is not writable; choose another one with --data")
        }
        try checkSpace()
    }

    var lock: String { path + "/lock" }
    var environment: String { path + "/env" }
    var postgres: String { path + "/postgres" }
    var password: String { path + "/postgres.password" }
    var requestLog: String { path + "/gateway-requests.jsonl" }
    var ports: String { path + "/ports" }
    var processID: String { path + "/pid" }
    var logs: String { path + "/logs" }
    var records: String { path + "/run" }

    func log(of name: String) -> String { logs + "/\(name).log" }

    /// Writes a small file as a whole or not at all, readable by its owner only.
    func write(_ text: String, to file: String) throws(DevError) {
        let temporary = file + ".new"
        do {
            try Data(text.utf8).write(to: URL(filePath: temporary))
            guard chmod(temporary, 0o600) == 0, rename(temporary, file) == 0 else {
                throw DevError(String(cString: strerror(errno)))
            }
        } catch {
            unlink(temporary)
            throw DevError(
                "cannot write \(file): \(Self.reason(error)); free some space or choose another folder with --data")
        }
    }

    /// The text of a file, nil when it is not there.
    func read(_ file: String) -> String? {
        // Missing and unreadable are alike to the callers: they make it anew.
        (try? Data(contentsOf: URL(filePath: file))).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The last lines of a process's log, for an error message.
    func lastLines(of name: String) -> String {
        (read(log(of: name)) ?? "").split(separator: "\n").suffix(5).joined(separator: "\n")
    }

    /// Whether there is too little space to start anything.
    var isFull: Bool { freeBytes.map { $0 < Self.fullBelow } ?? false }

    /// Nil when the file system does not say: it is then taken at its first failing write.
    private var freeBytes: UInt64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// What has to be free to begin: less when the folder holds a database already.
    var neededBytes: UInt64 {
        access(postgres + "/PG_VERSION", F_OK) == 0 ? Self.leastFreeToResume : Self.leastFreeForNew
    }

    private func checkSpace() throws(DevError) {
        guard let free = freeBytes, free < neededBytes else { return }
        let purpose = neededBytes == Self.leastFreeToResume ? "to resume what is in it" : "for a new database"
        throw DevError(
            "the disk of \(path) has \(free >> 20) MB free and \(neededBytes >> 20) MB are needed \(purpose); "
                + "free some space or choose another folder with --data")
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? DevError { return error.description }
        guard let error = error as? CocoaError else { return "\(error)" }
        if let underlying = error.underlying as? POSIXError {
            return String(cString: strerror(underlying.code.rawValue))
        }
        return "\(error)"
    }
}
