import Foundation
import Logging
import Synchronization
import Testing

@testable import SluiceDev

@Suite struct FullDiskTests {
    @Test func `nothing is given up while the disk is full`() async throws {
        try await withFolder { folder in
            let starts = folder.path + "/starts"
            let child = ChildProcess(
                name: "gateway", executable: "/bin/sh", arguments: ["-c", "echo started >> '\(starts)'; exit 1"])
            let looks = Mutex(0)
            var supervisor = Supervisor(
                child: child, folder: folder, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            supervisor.policy.attempts = 0
            supervisor.policy.longestDelay = .milliseconds(5)
            supervisor.isDiskFull = {
                looks.withLock { looks in
                    looks += 1
                    return looks == 1
                }
            }
            let run = supervisor
            await #expect(throws: DevError.self) { try await run.run() }
            #expect(folder.read(starts) == "started\nstarted\n", "the first death was the disk's, the second its own")
        }
    }

    @Test func `a record that cannot be written on a full disk stops nothing`() async throws {
        try await withFolder { folder in
            // No record can be written into what is not a folder.
            try FileManager.default.removeItem(atPath: folder.records)
            try Data().write(to: URL(filePath: folder.records))
            let child = ChildProcess(name: "gateway", executable: "/bin/sleep", arguments: ["60"])
            let looks = Mutex(0)
            var supervisor = Supervisor(
                child: child, folder: folder, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            supervisor.policy.longestDelay = .milliseconds(5)
            supervisor.isDiskFull = {
                looks.withLock { looks in
                    looks += 1
                    return looks < 4
                }
            }
            let run = supervisor
            await #expect(throws: DevError.self) { try await run.run() }
            #expect(looks.withLock { $0 } >= 4, "it went on until the disk was not the reason any more")
        }
    }

    @Test func `to resume takes less space than to begin`() async throws {
        try await withFolder { folder in
            let toBegin = folder.neededBytes
            try FileManager.default.createDirectory(atPath: folder.postgres, withIntermediateDirectories: true)
            try Data("15\n".utf8).write(to: URL(filePath: folder.postgres + "/PG_VERSION"))
            #expect(folder.neededBytes < toBegin / 4)
        }
    }

    private func withFolder(_ body: (DataFolder) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/sluice-dev-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(try DataFolder(path: path))
    }
}
