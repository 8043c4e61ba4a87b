import Foundation
import NATSDriver
import TestSupport
import Testing

/// What `cluster/nats` lets each role do, on a real server with its accounts, its limits and TLS on both sides.
@Suite(.timeLimit(.minutes(1)))
struct ClusterPermissionTests {
    /// Each role: what it may publish, and what it may subscribe to.
    private static let matrix: [(role: String, publish: Set<String>, subscribe: Set<String>)] = [
        ("coordinator", ["dispatch.7", "beacon"], ["credit", "wake", "status"]),
        ("shard", ["credit"], ["dispatch.7", "beacon", "wake", "status", "device"]),
        ("api", ["wake", "status", "device"], ["status"]),
        ("operator", ["wake", "status", "device"], []),
    ]
    /// Every subject of ``Subjects``, and what nobody may touch.
    private static let subjects = ["dispatch.7", "credit", "beacon", "wake", "status", "device"]
        .map { "sluice.test.\($0)" }
    private static let forbidden = ["sluice.other.beacon", "$JS.API.INFO", "$SYS.REQ.SERVER.PING", "_INBOX.another.1"]

    @Test func `each role publishes its own subjects and nothing else`() async throws {
        try await Self.withCluster { cluster in
            for entry in Self.matrix {
                for subject in Self.subjects + Self.forbidden {
                    let isAllowed = entry.publish.contains { subject == "sluice.test.\($0)" }
                    try await cluster.connected(as: entry.role) { nats in
                        try nats.publish(subject, payload: [])
                        let refusals = try await Self.refusals(nats)
                        #expect(refusals == (isAllowed ? 0 : 1), "\(entry.role) publishes \(subject)")
                    }
                }
            }
        }
    }

    @Test func `each role subscribes to its own subjects and nothing else`() async throws {
        try await Self.withCluster { cluster in
            for entry in Self.matrix {
                for subject in Self.subjects + Self.forbidden.dropLast() + ["sluice.>", ">"] {
                    let isAllowed = entry.subscribe.contains { subject == "sluice.test.\($0)" }
                    try await cluster.connected(as: entry.role) { nats in
                        let refusals = try await nats.withSubscription(subject) { _ in try await Self.refusals(nats) }
                        #expect(refusals == (isAllowed ? 0 : 1), "\(entry.role) subscribes to \(subject)")
                    }
                }
            }
        }
    }

    @Test func `a question is answered once, by who was asked`() async throws {
        try await Self.withCluster { cluster in
            try await cluster.connected(as: "shard") { shard in
                try await shard.withSubscription("sluice.test.status") { questions in
                    try await shard.flush()
                    try await cluster.connected(as: "operator") { asker in
                        async let reply = asker.request("sluice.test.status", timeout: .seconds(5))
                        for await question in questions {
                            try shard.publish(try #require(question.reply), payload: Array("here".utf8))
                            try await shard.flush()
                            break
                        }
                        #expect(String(decoding: try await reply.payload, as: UTF8.self) == "here")
                    }
                }
                #expect(try await Self.refusals(shard) == 0)
            }
        }
    }

    @Test func `whoever has no key, another's key or no certificate is refused`() async throws {
        try await Self.withCluster { cluster in
            let changes: [(inout NATSOptions) -> Void] = [
                { $0.authentication = .fromURL },
                { $0.authentication = .userPassword(user: "shard", password: "guess") },
                { options in
                    guard case .nkey(let key, _) = cluster.options(as: "shard").authentication else { return }
                    options.authentication = .nkey(publicKey: key, seedFile: "\(cluster.folder)/operator.seed")
                },
                { $0.tls = NATSOptions.TLS(caFile: "\(cluster.folder)/ca.pem") },
                { $0.tls = nil },
            ]
            for (number, change) in changes.enumerated() {
                var options = cluster.options(as: "operator")
                change(&options)
                let refusal = await error { await (try NATSConnection.connect(options)).close() }
                #expect(refusal != nil, "change \(number)")
            }
        }
    }

    /// How often the server has refused something so far: refusals come in order, so one more that is sure to come ends
    /// the wait.
    private static func refusals(_ nats: NATSConnection) async throws -> Int {
        try nats.publish("nobody.may", payload: [])
        try await eventually("the last refusal") {
            await nats.statistics().lastAsyncError?.contains("nobody.may") == true
        }
        return await nats.statistics().asyncErrors - 1
    }

    // MARK: The server

    private struct SecuredServer: Sendable {
        let server: EphemeralNATS
        let folder: String
        let keys: [String: String]

        func options(as role: String) -> NATSOptions {
            var options = NATSOptions(url: server.url)
            options.authentication = .nkey(publicKey: keys[role] ?? "", seedFile: "\(folder)/\(role).seed")
            options.tls = NATSOptions.TLS(
                caFile: "\(folder)/ca.pem", certificateFile: "\(folder)/client.pem", keyFile: "\(folder)/client.key")
            return options
        }

        func connected<Value>(as role: String, _ body: (NATSConnection) async throws -> Value) async throws -> Value {
            try await NATSConnection.withConnection(options(as: role), body)
        }
    }

    private static func withCluster(_ body: (SecuredServer) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-nats-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // What stays behind is in the temporary folder.
        _ = try run("make-test-identities", [folder] + matrix.map(\.role))
        let nodes = try String(contentsOfFile: "\(folder)/nodes", encoding: .utf8)
        let accounts = try run("make-permissions", ["test"], input: "\(folder)/nodes")
        try accounts.write(toFile: "\(folder)/accounts.conf", atomically: true, encoding: .utf8)
        // The file for real servers, with this folder for theirs, without the cluster and its fixed ports.
        let whole = try String(contentsOf: cluster.appendingPathComponent("nats-server.conf"), encoding: .utf8)
        let alone = whole.components(separatedBy: "\ncluster {")[0]
            .replacingOccurrences(of: "/etc/nats/tls", with: folder)
            .replacingOccurrences(of: "http: \"127.0.0.1:8222\"", with: "")
            .replacingOccurrences(of: "port: 4222", with: "")
        try alone.write(toFile: "\(folder)/nats-server.conf", atomically: true, encoding: .utf8)
        try "server_name: nats-1\n".write(toFile: "\(folder)/local.conf", atomically: true, encoding: .utf8)
        let server = try await EphemeralNATS.start(arguments: ["--config", "\(folder)/nats-server.conf"])
        defer { server.stop() }
        let keys = nodes.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        try await body(
            SecuredServer(
                server: server, folder: folder,
                keys: Dictionary(uniqueKeysWithValues: keys.map { ($0[0], $0[1]) })))
    }

    /// `cluster/nats`.
    private static let cluster = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("cluster/nats")

    private static func run(_ script: String, _ arguments: [String], input: String = "/dev/null") throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = cluster.appendingPathComponent(script)
        process.arguments = arguments
        process.standardInput = FileHandle(forReadingAtPath: input)
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(script)")
        return text
    }
}
