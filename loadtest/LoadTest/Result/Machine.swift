internal import Foundation
internal import Glibc
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// What a result was measured on: a figure without it says nothing.
public struct Machine: Sendable, Codable, Hashable {
    public var processor: String
    public var cores: Int
    public var memoryBytes: Int
    public var kernel: String
    public var system: String
    public var postgres: String
    /// What `pg_test_fsync` found on the data folder's disk, in microseconds per 8 kB `fdatasync`; nil when it could not run.
    public var fsyncMicroseconds: Double?
    public var commit: String
    /// `debug` figures compare with nothing.
    public var build: String
    /// What else ran: the load average when the run had ended.
    public var loadAverage: Double

    /// Says that a run of a cluster alone does not make a machine this busy; nil when it may have.
    var busyNote: String? {
        guard loadAverage > 4 * Double(cores) else { return nil }
        return
            "the load average was \(FigureText.words(loadAverage)) on \(cores) cores: something else ran, and no speed counts"
    }

    var words: String {
        let sync = fsyncMicroseconds.map { "\(FigureText.words($0.rounded())) µs" } ?? "not measured"
        return "\(processor), \(cores) cores, fdatasync \(sync), load average \(FigureText.words(loadAverage))"
    }

    private static let postgresPrograms = "/usr/lib/postgresql/15/bin"

    /// - Parameters:
    ///   - dataPath: a folder on the disk that PostgreSQL writes to; nil when that is another machine's.
    ///   - postgres: its version, where it is not the installed one.
    static func here(dataPath: String?, program: String, postgres: String? = nil) async -> Machine {
        var name = utsname()
        uname(&name)
        var load = [0.0]
        getloadavg(&load, 1)
        var version = postgres
        if version == nil { version = await output(postgresPrograms + "/postgres", ["--version"]) }
        var fsync: Double?
        if let dataPath { fsync = await Self.fsync(in: dataPath) }
        return Machine(
            processor: field("model name", in: "/proc/cpuinfo") ?? "unknown",
            cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            memoryBytes: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)), kernel: release(of: name),
            system: (field("PRETTY_NAME", in: "/etc/os-release") ?? "Linux").trimmingCharacters(in: ["\""]),
            postgres: version ?? "unknown", fsyncMicroseconds: fsync, commit: await commit(near: program),
            build: program.contains("/debug/") || program.hasPrefix("debug/") ? "debug" : "release",
            loadAverage: load[0])
    }

    /// By folder: a disk does not change while a suite runs, and each measurement takes three seconds.
    private static let knownFsyncs = Mutex<[String: Double]>([:])

    private static func fsync(in folder: String) async -> Double? {
        if let known = knownFsyncs.withLock({ $0[folder] }) { return known }
        let found = await measuredFsync(in: folder)
        knownFsyncs.withLock { $0[folder] = found }
        return found
    }

    /// The row of `fdatasync` for one 8 kB write is what a commit costs. It is the second, a second each; the rest of the
    /// program's half minute tells nothing that is asked here.
    private static func measuredFsync(in folder: String) async -> Double? {
        let file = folder + "/fsync-test"
        defer { unlink(file) }
        let text = await output(
            "timeout", ["-s", "INT", "2.7", postgresPrograms + "/pg_test_fsync", "-s", "1", "-f", file], mayFail: true)
        return text.flatMap(fsyncMicroseconds)
    }

    static func fsyncMicroseconds(in text: String) -> Double? {
        let row = text.split(separator: "\n").first { $0.trimmingCharacters(in: .whitespaces).hasPrefix("fdatasync ") }
        // "fdatasync    23456.789 ops/sec      43 usecs/op"
        let words = row?.split(separator: " ") ?? []
        return words.count > 1 ? Double(words[1]).flatMap { $0 > 0 ? 1e6 / $0 : nil } : nil
    }

    private static func commit(near program: String) async -> String {
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent().path
        guard let hash = await output("git", ["-C", folder, "rev-parse", "--short", "HEAD"]) else { return "unknown" }
        let changes = await output("git", ["-C", folder, "status", "--porcelain", "--untracked-files=no"]) ?? ""
        return changes.isEmpty ? hash : hash + " with changes"
    }

    private static func output(_ program: String, _ arguments: [String], mayFail: Bool = false) async -> String? {
        let executable: Executable = program.hasPrefix("/") ? .path(FilePath(program)) : .name(program)
        // A machine without the program is described without it.
        let result = try? await Subprocess.run(
            executable, arguments: Arguments(arguments), output: .string(limit: 1 << 16), error: .discarded)
        guard let result, mayFail || result.terminationStatus.isSuccess else { return nil }
        return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func field(_ name: String, in file: String) -> String? {
        // A system that has no such file is described without it.
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(maxSplits: 1) { $0 == ":" || $0 == "=" }.last.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    private static func release(of name: utsname) -> String {
        withUnsafeBytes(of: name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
