import FoundationEssentials
import Glibc

/// Which process was started: its pid, and when it started, because pids are used again.
struct ProcessRecord: Hashable, Sendable {
    var pid: pid_t
    /// In clock ticks since the boot, as `/proc/PID/stat` has it.
    var startTicks: String

    /// Nil when there is no such process.
    init?(of pid: pid_t) {
        // Read anew each time: a process that has ended has no such file.
        guard let stat = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/stat")) else { return nil }
        // The second field is the program's name in parentheses and may hold blanks; 20 fields after it is the start.
        let fields = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        self.pid = pid
        startTicks = String(fields[19])
    }

    private init?(text: String) {
        let parts = text.split { $0.isWhitespace }
        guard parts.count == 2, let pid = pid_t(parts[0]), pid > 1 else { return nil }
        self.pid = pid
        startTicks = String(parts[1])
    }

    var isAlive: Bool { ProcessRecord(of: pid) == self }

    func save(as name: String, in folder: DataFolder) throws(DevError) {
        try folder.write("\(pid) \(startTicks)\n", to: folder.records + "/\(name).pid")
    }

    static func remove(_ name: String, from folder: DataFolder) { unlink(folder.records + "/\(name).pid") }

    /// The record of a process that is alive, nil when there is none.
    static func load(_ name: String, from folder: DataFolder) -> ProcessRecord? {
        guard let record = folder.read(folder.records + "/\(name).pid").flatMap(ProcessRecord.init(text:)) else {
            return nil
        }
        return record.isAlive ? record : nil
    }

    /// Ends what an earlier run left behind: asks, waits, kills.
    static func endLeftovers(in folder: DataFolder, waiting: Duration = .seconds(10)) async throws {
        // An unreadable folder holds no record that we could act on.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.records)) ?? []
        let names = files.filter { $0.hasSuffix(".pid") }.map { String($0.dropLast(".pid".count)) }.sorted()
        let leftovers = names.compactMap { load($0, from: folder) }
        // SIGINT: PostgreSQL takes it as "stop now, cleanly" while SIGTERM waits for clients; everyone else just stops.
        for leftover in leftovers { kill(leftover.pid, SIGINT) }
        let deadline = ContinuousClock.now + waiting
        while leftovers.contains(where: \.isAlive), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        for leftover in leftovers where leftover.isAlive { kill(leftover.pid, SIGKILL) }
        for name in names { remove(name, from: folder) }
    }
}
