import Foundation
import NATSDriver
import TestSupport
import Testing

/// A NATS server with the configuration, the accounts and the TLS of `cluster/nats`, and a way in for each role.
struct SecuredNATS: Sendable {
    let server: EphemeralNATS
    let folder: String
    private let keys: [String: String]

    /// `cluster/nats`.
    static let files = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("cluster/nats")

    /// - Parameters:
    ///   - roles: each gets a key, and is known by its role's name.
    ///   - more: roles with a second node, which is known as `<role>-2`.
    static func with(
        roles: [String], more: [String] = [], _ body: (SecuredNATS) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-nats-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // What stays behind is in the temporary folder.
        var keys = try identities(folder, roles)
        let second = "\(folder)/second"
        for role in more {
            keys["\(role)-2"] = try identities(second, [role])[role]
            try FileManager.default.moveItem(atPath: "\(second)/\(role).seed", toPath: "\(folder)/\(role)-2.seed")
        }
        let nodes = keys.map { "\($0.replacing("-2", with: "")) \($1) \($0)" }.sorted().joined(separator: "\n") + "\n"
        try nodes.write(toFile: "\(folder)/nodes", atomically: true, encoding: .utf8)
        let accounts = try run("make-permissions", ["test"], input: "\(folder)/nodes")
        try accounts.write(toFile: "\(folder)/accounts.conf", atomically: true, encoding: .utf8)
        try configuration(folder).write(toFile: "\(folder)/nats-server.conf", atomically: true, encoding: .utf8)
        try "server_name: nats-1\n".write(toFile: "\(folder)/local.conf", atomically: true, encoding: .utf8)
        let server = try await EphemeralNATS.start(arguments: ["--config", "\(folder)/nats-server.conf"])
        defer { server.stop() }
        try await body(SecuredNATS(server: server, folder: folder, keys: keys))
    }

    func options(as name: String) -> NATSOptions {
        var options = NATSOptions(url: server.url)
        options.authentication = .nkey(publicKey: keys[name] ?? "", seedFile: "\(folder)/\(name).seed")
        options.tls = NATSOptions.TLS(
            caFile: "\(folder)/ca.pem", certificateFile: "\(folder)/client.pem", keyFile: "\(folder)/client.key")
        return options
    }

    func connected<Value>(as name: String, _ body: (NATSConnection) async throws -> Value) async throws -> Value {
        try await NATSConnection.withConnection(options(as: name), body)
    }

    /// A subject on which that node may await a reply.
    func inbox(of name: String) -> String { "_INBOX.\(keys[name] ?? "").reply" }

    /// What the server says to whoever connects, before TLS.
    func greeting() throws -> String {
        try Self.run("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(server.port) && head -n 1 <&3"])
    }

    // MARK: Making it

    /// Makes keys for `roles` in `folder`; the public ones, by role.
    private static func identities(_ folder: String, _ roles: [String]) throws -> [String: String] {
        _ = try run("make-test-identities", [folder] + roles)
        let nodes = try String(contentsOfFile: "\(folder)/nodes", encoding: .utf8)
        let lines = nodes.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        return Dictionary(uniqueKeysWithValues: lines.map { ($0[0], $0[1]) })
    }

    /// The file for real servers, with `folder` for theirs, without the cluster and its fixed ports.
    private static func configuration(_ folder: String) throws -> String {
        let whole = try String(contentsOf: files.appendingPathComponent("nats-server.conf"), encoding: .utf8)
        return whole.components(separatedBy: "\ncluster {")[0]
            .replacingOccurrences(of: "/etc/nats/tls", with: folder)
            .replacingOccurrences(of: "http: \"127.0.0.1:8222\"", with: "")
            .replacingOccurrences(of: "port: 4222", with: "")
    }

    /// - Parameter program: a script of `cluster/nats`, or a path.
    private static func run(_ program: String, _ arguments: [String], input: String = "/dev/null") throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL =
            program.hasPrefix("/") ? URL(fileURLWithPath: program) : files.appendingPathComponent(program)
        process.arguments = arguments
        process.standardInput = FileHandle(forReadingAtPath: input)
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program)")
        return text
    }
}
