internal import Foundation
internal import Glibc

/// CPU and memory of processes, from `/proc`.
struct ProcessMeter {
    private struct Reading {
        var cpu: Double
        var threads: [Int32: Double]
    }

    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private static let pageBytes = sysconf(Int32(_SC_PAGESIZE))

    private var earlier: [Int32: Reading] = [:]
    private var measured: ContinuousClock.Instant?

    /// - Parameter processes: by name, all pids of each.
    mutating func read(_ processes: [String: [Int32]]) -> [String: Sample.Process] {
        let now = ContinuousClock.now
        let interval = measured.map { $0.duration(to: now) / .seconds(1) } ?? 0
        measured = now
        var readings: [Int32: Reading] = [:]
        var found: [String: Sample.Process] = [:]
        for (name, pids) in processes {
            var process = Sample.Process(cores: 0, busiestThread: 0, memory: 0)
            for pid in pids {
                let reading = Self.reading(pid)
                readings[pid] = reading
                process.memory += Self.memory(pid, ownOnly: pids.count > 1)
                // A process that is new since the last look counts from the next one on.
                guard interval > 0, let before = earlier[pid] else { continue }
                process.cores += max(0, reading.cpu - before.cpu) / interval
                for (thread, cpu) in reading.threads {
                    let used = (cpu - (before.threads[thread] ?? cpu)) / interval
                    process.busiestThread = max(process.busiestThread, used)
                }
            }
            found[name] = process
        }
        earlier = readings
        return found
    }

    /// A process and those it started, one generation down: PostgreSQL's postmaster and its backends.
    static func family(of pid: Int32) -> [Int32] {
        let children = text("/proc/\(pid)/task/\(pid)/children")
        return [pid] + children.split(separator: " ").compactMap { Int32($0) }
    }

    private static func reading(_ pid: Int32) -> Reading {
        // A process that has ended has no tasks.
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        var threads: [Int32: Double] = [:]
        for task in tasks {
            guard let thread = Int32(task) else { continue }
            threads[thread] = cpuSeconds("/proc/\(pid)/task/\(task)/stat")
        }
        return Reading(cpu: cpuSeconds("/proc/\(pid)/stat"), threads: threads)
    }

    /// User and system time: fields 14 and 15, counted from behind the name, which may hold blanks.
    private static func cpuSeconds(_ path: String) -> Double {
        let fields = text(path).split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / ticksPerSecond
    }

    private static func memory(_ pid: Int32, ownOnly: Bool) -> Int {
        let fields = text("/proc/\(pid)/statm").split(separator: " ").compactMap { Int($0) }
        guard fields.count > 2 else { return 0 }
        return (ownOnly ? fields[1] - fields[2] : fields[1]) * pageBytes
    }

    private static func text(_ path: String) -> String {
        // What ended meanwhile has no file, and is nothing.
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
