import Foundation
import Testing

@testable import SluiceDev

@Suite struct DataFolderTests {
    @Test func `a folder has one user at a time`() throws {
        try withFolder { folder in
            let first = try FolderLock(folder)
            #expect(throws: DevError.self) { _ = try FolderLock(folder) }
            withExtendedLifetime(first) {}
        }
    }

    @Test func `a lock that was given back can be taken again`() throws {
        try withFolder { folder in
            do { _ = try FolderLock(folder) }
            _ = try FolderLock(folder)
        }
    }

    @Test func `what is written is for the owner only`() throws {
        try withFolder { folder in
            try folder.write("secret", to: folder.environment)
            #expect(folder.read(folder.environment) == "secret")
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.environment)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `a folder that cannot be made says what to do`() {
        let error = #expect(throws: DevError.self) { try DataFolder(path: "/proc/nowhere") }
        #expect(error?.description.contains("--data") == true)
    }

    @Test func `ports are remembered while they are free`() throws {
        try withFolder { folder in
            var ports = RememberedPorts(folder)
            let port = try ports.take("postgres")
            try ports.save(folder)
            var again = RememberedPorts(folder)
            #expect(try again.take("postgres") == port)
        }
    }

    @Test func `no port is given away twice`() throws {
        try withFolder { folder in
            var ports = RememberedPorts(folder)
            let port = try ports.takeAny()
            #expect(try ports.take("api", first: port) != port)
        }
    }

    @Test func `this process is found alive, and an other start time is another process`() throws {
        try withFolder { folder in
            let record = try #require(ProcessRecord(of: getpid()))
            #expect(record.isAlive)
            try record.save(as: "me", in: folder)
            #expect(ProcessRecord.load("me", from: folder) == record)
            var other = record
            other.startTicks = "1"
            try other.save(as: "me", in: folder)
            #expect(ProcessRecord.load("me", from: folder) == nil)
        }
    }

    @Test func `the environment file survives a shell`() throws {
        let environment = DevEnvironment(
            databaseURL: "postgresql://a:it's@h/d?x=$y", natsURL: "n", apiURL: "a", gatewayURL: "g", requestLogPath: nil
        )
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", environment.shellScript + "printf %s \"$DATABASE_URL\""]
        let output = Pipe()
        shell.standardOutput = output
        try shell.run()
        shell.waitUntilExit()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == environment.databaseURL)
    }

    private func withFolder(_ body: (DataFolder) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.path + "/sluice-dev-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(try DataFolder(path: path))
    }
}
